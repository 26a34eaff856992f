import { hopping, session, sliding, tumbling, unlimited } from '../../../src/index.ts'
import type { ExpressionJson, Step, WindowsJson } from '../case.ts'
import { compile } from '../expressions.ts'
import { isTable, named, type StepBuilder } from '../scope.ts'
import { serdesOf } from '../serdes.ts'
import { materialization } from '../stores.ts'
import { valueAndKey } from './streams.ts'

/** Grouped, windowed and cogrouped streams and grouped tables: which methods there are depends on the case's steps. */
interface Aggregatable {
  windowedBy(windows: unknown): unknown
  emitStrategy(strategy: string): unknown
  cogroup(...args: readonly unknown[]): unknown
  count(options: object): unknown
  reduce(...args: readonly unknown[]): unknown
  aggregate(...args: readonly unknown[]): unknown
}

export const aggregationSteps: Readonly<Record<string, StepBuilder>> = {
  groupByKey: (step, scope) => scope.stream(step).groupByKey({ ...named(step), ...serdesOf(step) }),
  groupBy: (step, scope) => {
    const from = scope.from(step)
    const options = { ...named(step), ...serdesOf(step) }
    if (isTable(from)) return from.groupBy(valueAndKey(step.fn) as never, options as never)
    return scope.stream(step).groupBy(valueAndKey(step.fn), options)
  },
  windowedBy: (step, scope) => aggregatable(scope.from(step)).windowedBy(windowsOf(step.windows!)),
  emitStrategy: (step, scope) =>
    aggregatable(scope.from(step)).emitStrategy(step.strategy === 'onWindowClose' ? 'close' : 'update'),
  cogroup: (step, scope) => aggregatable(scope.from(step)).cogroup(aggregator(step.adder)),
  cogroupAdd: (step, scope) =>
    aggregatable(scope.from(step)).cogroup(scope.with(step), aggregator(step.adder)),

  count: (step, scope) =>
    aggregatable(scope.from(step)).count({ ...named(step), ...materialization(step.materialized) }),
  reduce: (step, scope) => {
    const options = { ...named(step), ...materialization(step.materialized) }
    const from = aggregatable(scope.from(step))
    if (step.subtractor === undefined) return from.reduce(reducer(step.adder), options)
    return from.reduce(reducer(step.adder), reducer(step.subtractor), options)
  },
  aggregate: (step, scope) => {
    const merge = step.merger === undefined ? {} : { merge: sessionMerger(step.merger) }
    const options = { ...named(step), ...materialization(step.materialized), ...merge }
    return aggregatable(scope.from(step)).aggregate(initializer(step), ...changes(step), options)
  },
}

function aggregatable(node: unknown): Aggregatable {
  return node as Aggregatable
}

function initializer({ init }: Step): () => unknown {
  const make = compile(init)
  return () => make({})
}

/** What a grouped stream adds, a grouped table also takes away; a cogroup has said it before. */
function changes({ adder, subtractor }: Step): readonly unknown[] {
  return [
    ...(adder === undefined ? [] : [aggregator(adder)]),
    ...(subtractor === undefined ? [] : [aggregator(subtractor)]),
  ]
}

function aggregator(json: ExpressionJson) {
  const add = compile(json)
  return (aggregate: unknown, value: unknown, key: unknown) => add({ agg: aggregate, v: value, k: key })
}

function reducer(json: ExpressionJson) {
  const reduce = compile(json)
  return (aggregate: unknown, value: unknown) => reduce({ a: aggregate, b: value })
}

function sessionMerger(json: ExpressionJson) {
  const merge = compile(json)
  return (one: unknown, two: unknown, key: unknown) => merge({ a: one, b: two, k: key })
}

function windowsOf(json: WindowsJson) {
  const { type, sizeMs = 0, advanceMs, diffMs = 0, gapMs = 0, startMs, graceMs } = json
  const grace = graceMs === undefined ? {} : { grace: graceMs }
  switch (type) {
    case 'time':
      return advanceMs === undefined
        ? tumbling(sizeMs, grace)
        : hopping(sizeMs, { advance: advanceMs, ...grace })
    case 'sliding':
      return sliding(diffMs, grace)
    case 'session':
      return session(gapMs, grace)
    case 'unlimited':
      return unlimited(startMs === undefined ? {} : { startAt: startMs })
    default:
      throw new Error(`unknown windows ${type}`)
  }
}
