// The content of stores, in the form and order in which the vectors have it.

import type { TestStore } from '../../src/testing/index.ts'
import { bytesHex, compareNumbers, isNumeric, isWindowed, rendering } from './values.ts'

export interface StoreDump {
  readonly type: string
  readonly contents?: readonly Readonly<Record<string, unknown>>[]
  readonly numRecords?: number
  readonly bufferSize?: number
  readonly minTimestamp?: number
}

type Entry = ReturnType<TestStore['entries']>[number]

/** @param seenKeys keys of versioned stores to dump; they are read by key. */
export function dumpStores(
  stores: ReadonlyMap<string, TestStore>,
  seenKeys: ReadonlySet<unknown>,
): ReadonlyMap<string, StoreDump> {
  return new Map(Array.from(stores, ([name, store]) => [name, dumpStore(store, seenKeys)]))
}

function dumpStore(store: TestStore, seenKeys: ReadonlySet<unknown>): StoreDump {
  const { spec } = store
  switch (spec.kind) {
    case 'key-value':
      return contents(
        spec.timestamped ? 'timestamped-keyvalue' : 'keyvalue',
        store,
        keyValueFields(spec.timestamped),
      )
    case 'window':
      return contents(
        spec.timestamped ? 'timestamped-window' : 'window',
        store,
        keyValueFields(spec.timestamped),
      )
    case 'session':
      return contents('session', store, keyValueFields(false))
    case 'versioned':
      return versionedContents(store, seenKeys)
    case 'outer-join-buffer':
      return outerJoinBuffer(store)
    case 'fk-subscription':
      return contents('fk-subscription', store, ({ key, timestamp }) => ({
        keyHex: bytesHex(key as Uint8Array),
        timestamp,
      }))
    case 'suppress-buffer':
    case 'join-buffer':
      // One interface in Java, and so one type.
      return { type: 'suppress-buffer', ...store.buffer }
    case 'custom':
      return { type: 'custom' }
  }
}

function versionedContents(store: TestStore, seenKeys: ReadonlySet<unknown>): StoreDump {
  const entries = store.entries().filter(({ key }) => seenKeys.has(key))
  return contents('versioned', { entries: () => entries }, ({ key, value, timestamp, validTo }) => ({
    key: rendering(key),
    value: rendering(value),
    timestamp,
    validTo: validTo ?? null,
  }))
}

/** The recordings tell it from a key-value store by what is in it. */
function outerJoinBuffer(store: TestStore): StoreDump {
  const dump = contents('outer-join-buffer', store, ({ key, value, timestamp, side }) => ({
    key: rendering(key),
    timestamp,
    side,
    value: rendering(value),
  }))
  return dump.contents?.length === 0 ? { ...dump, type: 'keyvalue' } : dump
}

function keyValueFields(timestamped: boolean) {
  return ({ key, value, timestamp }: Entry) => ({
    key: rendering(key),
    value: rendering(value),
    ...(timestamped && { timestamp }),
  })
}

function contents(
  type: string,
  store: Pick<TestStore, 'entries'>,
  fields: (entry: Entry) => Record<string, unknown>,
): StoreDump {
  const entries = [...store.entries()].sort(compareEntries)
  return { type, contents: entries.map(fields) }
}

/** By key, then start or time, then end or side; equal entries stay in the store's order. */
function compareEntries(a: Entry, b: Entry): number {
  return (
    compareKeys(bareKey(a), bareKey(b)) ||
    compareNumbers(second(a), second(b)) ||
    compareNumbers(third(a), third(b))
  )
}

function bareKey({ key }: Entry): unknown {
  return isWindowed(key) ? key.key : key
}

function second({ key, timestamp }: Entry): number {
  return isWindowed(key) ? key.window.start : (timestamp ?? 0)
}

function third({ key, side }: Entry): number {
  if (isWindowed(key)) return key.window.end
  return side === 'right' ? 1 : 0
}

function compareKeys(a: unknown, b: unknown): number {
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b)
  const [left, right] = [comparable(a), comparable(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function comparable(key: unknown): string {
  return key instanceof Uint8Array
    ? bytesHex(key)
    : typeof key === 'string'
      ? key
      : (JSON.stringify(key) ?? '')
}
