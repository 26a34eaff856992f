import { unreachable } from '../core/errors.ts'
import type { AggregateNode } from '../plan/node.ts'
import { guard } from './guard.ts'

/** How an aggregation folds values. Null: there is no aggregate. */
export interface Aggregator {
  init(): unknown
  add(aggregate: unknown, value: unknown, key: unknown): unknown
  /** Of two sessions, the earlier first. */
  merge(one: unknown, two: unknown, key: unknown): unknown
}

/** @returns functions that throw StreamsError `processing`. */
export function aggregatorOf({ name, aggregation }: AggregateNode): Aggregator {
  switch (aggregation.kind) {
    case 'count':
      return counter
    case 'reduce': {
      const combine = nullable(guard(name, aggregation.add))
      const add = (aggregate: unknown, value: unknown): unknown =>
        aggregate === null ? value : combine(aggregate, value)
      // What is merged first is nobody's value yet, as is the aggregate of the first value.
      return { init: () => null, add, merge: add }
    }
    case 'aggregate': {
      const { init, add, merge } = aggregation
      return {
        init: nullable(guard(name, init)),
        add: nullable(guard(name, add)),
        merge: merge ? nullable(guard(name, merge)) : unmergeable,
      }
    }
    default:
      return unreachable(aggregation)
  }
}

const counter: Aggregator = {
  init: () => 0,
  add: (count) => (count as number) + 1,
  merge: (one, two) => (one as number) + (two as number),
}

/** What returns nothing deletes. */
function nullable<Args extends readonly unknown[]>(
  fold: (...args: Args) => unknown,
): (...args: Args) => unknown {
  return (...args) => fold(...args) ?? null
}

/** Only sessions are merged, and the DSL asks for the function there. */
function unmergeable(one: unknown): unknown {
  return one
}
