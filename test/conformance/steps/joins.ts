import type { JoinedJson, MaterializedJson, SerdeName, Step, WindowsJson } from '../case.ts'
import { compile } from '../expressions.ts'
import { named, type Scope, type StepBuilder } from '../scope.ts'
import { serdesOf } from '../serdes.ts'
import { materialization, storeToken } from '../stores.ts'
import { valueAndKey } from './streams.ts'

type Joiner = (left: unknown, right: unknown, key: unknown) => unknown

function joinerOf({ joiner, withKey }: Step): Joiner {
  const join = compile(joiner)
  return withKey
    ? (left, right, key) => join({ l: left, r: right, k: key })
    : (left, right) => join({ l: left, r: right })
}

type Join = (other: unknown, joiner: Joiner, options: object) => unknown

const methods = { inner: 'join', left: 'leftJoin', outer: 'outerJoin' } as const

/** The type of the other side chooses the join; which one that is only the case knows. */
function join(step: Step, scope: Scope, options: object): unknown {
  const from = scope.from(step) as Readonly<Record<(typeof methods)[keyof typeof methods], Join>>
  return from[methods[step.kind!]](scope.with(step), joinerOf(step), options)
}

export const joinSteps: Readonly<Record<string, StepBuilder>> = {
  joinStreams: (step, scope) =>
    join(step, scope, { ...joinWindows(step.windows ?? {}), ...streamJoined(step.joined ?? {}) }),
  joinStreamTable: (step, scope) => {
    const { name, graceMs, ...serdes } = step.joined ?? {}
    return join(step, scope, {
      ...(name !== undefined && { name }),
      ...serdesOf(serdes),
      ...(graceMs !== undefined && { grace: graceMs }),
    })
  },
  joinGlobal: (step, scope) => {
    const keyOf = valueAndKey(step.keyFn)
    return join(step, scope, { ...named(step), keyOf })
  },
  joinTables: (step, scope) => join(step, scope, { ...named(step), ...materialization(step.materialized) }),
  joinFk: (step, scope) =>
    join(step, scope, {
      ...named(step),
      ...materialization(step.materialized),
      foreignKey: foreignKey(step),
    }),
}

function foreignKey({ fk, fkWithKey }: Step): (value: unknown, key: unknown) => unknown {
  if (fkWithKey) return valueAndKey(fk)
  const extract = compile(fk)
  return (value) => extract({ v: value })
}

function joinWindows({ diffMs, beforeMs, afterMs, graceMs, legacy }: WindowsJson) {
  return {
    within: diffMs,
    ...(beforeMs !== undefined && { before: beforeMs }),
    ...(afterMs !== undefined && { after: afterMs }),
    ...(graceMs !== undefined && { grace: graceMs }),
    ...(legacy && { spuriousResults: true }),
  }
}

function streamJoined(joined: JoinedJson) {
  const { name, storeName, otherValue, logging, storeType, thisStore, otherStore } = joined
  const store = {
    ...(logging === false && { changelog: 'off' }),
    ...(storeType !== undefined && { kind: storeType === 'inMemory' ? 'memory' : 'lmdb' }),
  }
  return {
    ...named({ ...(name !== undefined && { name }) }),
    ...(storeName !== undefined && { storeName }),
    ...serdesOf(joined),
    ...(otherValue !== undefined && { otherValue: serdesOf({ value: otherValue }).value }),
    ...(Object.keys(store).length > 0 && { store }),
    ...(thisStore && { thisStore: joinStore(thisStore, joined.key, joined.value, logging) }),
    ...(otherStore && { otherStore: joinStore(otherStore, joined.key, otherValue, logging) }),
  }
}

/** A store that the application brings for one side. */
function joinStore(
  { store, supplier = '', retentionMs, windowSizeMs, retainDuplicates }: MaterializedJson,
  key: SerdeName | undefined,
  value: SerdeName | undefined,
  logging: boolean | undefined,
) {
  return storeToken({
    type: 'window',
    name: store!,
    key: key!,
    value: value!,
    persistent: supplier.startsWith('persistent'),
    ...(retentionMs !== undefined && { retentionMs }),
    ...(windowSizeMs !== undefined && { windowSizeMs }),
    ...(retainDuplicates !== undefined && { retainDuplicates }),
    ...(logging !== undefined && { logging }),
  })
}
