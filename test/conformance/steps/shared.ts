import type { StepBuilder } from '../scope.ts'
import { isTable, named } from '../scope.ts'
import { materialization } from '../stores.ts'
import { predicate, valueMapper } from './streams.ts'

/** Steps that streams and tables both have; a table's may be kept in a store. */
export const sharedSteps: Readonly<Record<string, StepBuilder>> = {
  filter: (step, scope) => {
    const from = scope.from(step)
    if (!isTable(from)) return scope.stream(step).filter(predicate(step.pred), named(step))
    return from.filter(predicate(step.pred), { ...named(step), ...materialization(step.materialized) })
  },
  filterNot: (step, scope) => {
    const from = scope.from(step)
    if (!isTable(from)) return scope.stream(step).filterNot(predicate(step.pred), named(step))
    return from.filterNot(predicate(step.pred), { ...named(step), ...materialization(step.materialized) })
  },
  mapValues: (step, scope) => {
    const from = scope.from(step)
    if (!isTable(from)) return scope.stream(step).mapValues(valueMapper(step), named(step))
    return from.mapValues(valueMapper(step), {
      ...named(step),
      ...materialization(step.materialized),
    } as never)
  },
}
