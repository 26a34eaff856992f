import type { Branches } from '../../../src/index.ts'
import type { BranchJson, ExpressionJson, ProcessorJson, Step } from '../case.ts'
import { compile, compilePredicate } from '../expressions.ts'
import { processorOf } from '../processors.ts'
import { type AnyStream, named, type Scope, type StepBuilder } from '../scope.ts'
import { serdesOf } from '../serdes.ts'
import { materialization, storeToken, tokensOf } from '../stores.ts'
import { sinkTopic } from '../topics.ts'

export function valueAndKey(json: ExpressionJson): (value: unknown, key: unknown) => unknown {
  const fn = compile(json)
  return (value, key) => fn({ k: key, v: value })
}

export function predicate(json: ExpressionJson): (value: unknown, key: unknown) => boolean {
  const test = compilePredicate(json)
  return (value, key) => test({ k: key, v: value })
}

/** The function of mapValues and flatMapValues: it sees the key only in the overload with it. */
export function valueMapper({ fn, withKey }: Step): (value: unknown, key: unknown) => unknown {
  if (withKey) return valueAndKey(fn)
  const map = compile(fn)
  return (value) => map({ v: value })
}

/** What only streams have, and where they come from and go to. */
export const streamSteps: Readonly<Record<string, StepBuilder>> = {
  stream: (step, { builder, topics }) => builder.stream(topics.source(step), named(step)),
  addStateStore: ({ store }, { builder }) => builder.addStateStore(storeToken(store!)),
  addGlobalStore: (step, { builder, topics }) => {
    const processor = processorOf(step.processor as ProcessorJson, step.store)
    return builder.addGlobalStore(storeToken(step.store!), topics.one(step), processor as never, named(step))
  },

  selectKey: (step, scope) => scope.stream(step).selectKey(valueAndKey(step.fn), named(step)),
  map: (step, scope) => scope.stream(step).map(valueAndKey(step.fn) as never, named(step)),
  flatMap: (step, scope) => scope.stream(step).flatMap(valueAndKey(step.fn) as never, named(step)),
  flatMapValues: (step, scope) => scope.stream(step).flatMapValues(valueMapper(step) as never, named(step)),
  peek: (step, scope) => scope.stream(step).peek(recordCall(step, scope), named(step)),
  foreach: (step, scope) => scope.stream(step).foreach(recordCall(step, scope), named(step)),
  print: (step, scope) => {
    const { label } = step
    scope.stream(step).print({ ...named(step), ...(label !== undefined && { label }), write: () => {} })
  },
  merge: (step, scope) => scope.stream(step).merge(scope.with(step) as AnyStream, named(step)),
  split: splitStep,
  repartition: (step, scope) => {
    const { partitions } = step
    return scope.stream(step).repartition({
      ...named(step),
      ...serdesOf(step),
      ...(partitions !== undefined && { partitions }),
      ...partitionerOf(step),
    })
  },
  to: (step, scope) => writeTo(scope.stream(step), step),
  toTable: (step, scope) =>
    scope.stream(step).toTable({ ...named(step), ...materialization(step.materialized) }),
  process: (step, scope) =>
    scope.stream(step).process(processorOf(step.processor as ProcessorJson), {
      ...named(step),
      stores: [...(step.stores ?? []), ...tokensOf(step.provideStores)],
    }),
  processValues: (step, scope) =>
    scope.stream(step).processValues(processorOf(step.processor as ProcessorJson), {
      ...named(step),
      stores: [...(step.stores ?? []), ...tokensOf(step.provideStores)],
    }),
}

function recordCall({ tag }: Step, { observations }: Scope): (value: unknown, key: unknown) => void {
  return (value, key) => observations.called(tag!, key, value)
}

function writeTo(stream: AnyStream, step: Step): void {
  if (step.topicExpr === undefined) {
    stream.to(sinkTopic(step), { ...named(step), ...partitionerOf(step) })
    return
  }
  stream.to(topicChooser(step.topicExpr), { ...named(step), ...serdesOf(step), ...partitionerOf(step) })
}

interface Sent {
  readonly key: unknown
  readonly value: unknown
  readonly timestamp: number
}

export function topicChooser(json: ExpressionJson) {
  const topicOf = compile(json)
  // Named as the class in the recordings: `describe` shows it.
  return function TopicExpr(
    { key, value, timestamp }: Sent,
    metadata: { readonly topic: string } | undefined,
  ): string {
    return topicOf({ k: key, v: value, ts: timestamp, topic: metadata?.topic ?? null }) as string
  }
}

export function partitionerOf({ partitioner }: Step) {
  if (partitioner === undefined) return {}
  const partitions = compile(partitioner)
  return {
    partitioner: (_topic: string, key: unknown, value: unknown) =>
      (partitions({ k: key, v: value }) as number[] | null) ?? undefined,
  }
}

// ---- split

function splitStep(step: Step, scope: Scope): void {
  const split = scope.stream(step).split(named(step))
  const branches = step.branches ?? []
  for (const branch of branches) split.branch(predicate(branch.pred), branchOptions(branch))
  const made: Branches = step.default
    ? split.defaultBranch(branchOptions(step.default))
    : split.noDefaultBranch()
  if (step.id !== undefined) scope.observations.branchKeys[step.id] = [...made.keys()].sort()
  for (const { id, key } of [...branches, ...(step.default ? [step.default] : [])]) {
    if (id !== undefined) scope.register(id, made.get(key!))
  }
}

function branchOptions({ name, via, sink }: BranchJson) {
  return {
    ...named({ ...(name !== undefined && { name }) }),
    ...(via !== undefined && {
      via: (stream: AnyStream) => stream.mapValues(valueMapper({ op: 'via', fn: via })) as never,
    }),
    ...(sink !== undefined && { to: (stream: AnyStream) => writeTo(stream, sink) }),
  }
}
