import { afterPrefix, keyAfter } from '../store/key-bounds.ts'
import type { KeyRange } from '../store/state-stores.ts'
import type { StoreRow } from '../task/store-question.ts'
import type { QueryOptions, RangeQueryOptions } from './query-options.ts'
import type { StoreQuery } from './store-query.ts'

/** An entry of a table; the timestamp is that of its record, ms, or -1 if the store keeps none. */
export interface QueriedEntry<K, V> {
  readonly key: K
  readonly value: V
  readonly timestamp: number
}

/**
 * What queries of a table without windows can ask (Java's ReadOnlyKeyValueStore, KeyQuery, TimestampedKeyQuery and
 * RangeQuery), wherever its partitions are. Entries of several partitions come in the order of their keys' bytes, a page
 * at a time as they are taken, and each partition's as of the page.
 * @throws StreamsError, from promises and iterables: `store-not-ready` while tasks move or are restored for longer than
 * `timeout`; `owner-unreachable`; `store-elsewhere` with `details.owner`, if that instance answers no others;
 * `key-invalid`; `query-unsupported` if the store is of another kind.
 */
export interface KeyValueStoreView<K, V> {
  /** The key's value, as processed so far, committed or not; undefined if there is none. */
  get(key: K, options?: QueryOptions): Promise<V | undefined>
  /** The same with its timestamp. */
  getEntry(key: K, options?: QueryOptions): Promise<QueriedEntry<K, V> | undefined>
  /** Bounds are inclusive, an absent one is open; `reverse` begins with the last. */
  range(range: KeyRange<K>, options?: RangeQueryOptions): AsyncIterableIterator<QueriedEntry<K, V>>
  /** From the last key to the first. */
  reverseRange(range: KeyRange<K>, options?: RangeQueryOptions): AsyncIterableIterator<QueriedEntry<K, V>>
  /** Keys whose bytes begin with those of `prefix`. */
  prefix(prefix: K, options?: RangeQueryOptions): AsyncIterableIterator<QueriedEntry<K, V>>
  all(options?: RangeQueryOptions): AsyncIterableIterator<QueriedEntry<K, V>>
  reverseAll(options?: RangeQueryOptions): AsyncIterableIterator<QueriedEntry<K, V>>
  /** Entries of all partitions: each page of them as it is when it is counted. */
  approximateCount(options?: QueryOptions): Promise<number>
}

export function keyValueView(query: StoreQuery): KeyValueStoreView<unknown, unknown> {
  const { keySerde, valueSerde } = query.spec
  const entry = (row: StoreRow): QueriedEntry<unknown, unknown> => ({
    key: keySerde.deserialize(row.key),
    value: valueSerde.deserialize(row.value),
    timestamp: row.timestamp,
  })
  const find = (key: unknown, options: QueryOptions): Promise<StoreRow | undefined> =>
    query.first(key, { kind: 'key', key: query.keyBytes(key) }, options)
  async function* range(
    { from, to, reverse = false }: KeyRange<unknown>,
    options: RangeQueryOptions = {},
  ): AsyncGenerator<QueriedEntry<unknown, unknown>, undefined> {
    const question = {
      kind: 'range',
      ...(from !== undefined && { from: query.keyBytes(from) }),
      ...(to !== undefined && { before: keyAfter(query.keyBytes(to)) }),
      reverse,
    } as const
    for await (const row of query.ofAll(question, options)) yield entry(row)
  }
  async function* prefix(
    key: unknown,
    options: RangeQueryOptions = {},
  ): AsyncGenerator<QueriedEntry<unknown, unknown>, undefined> {
    const from = query.keyBytes(key)
    const before = afterPrefix(from)
    const question = { kind: 'range', from, ...(before && { before }), reverse: false } as const
    for await (const row of query.ofAll(question, options)) yield entry(row)
  }
  return {
    async get(key, options = {}) {
      const row = await find(key, options)
      return row && valueSerde.deserialize(row.value)
    },
    async getEntry(key, options = {}) {
      const row = await find(key, options)
      return row && entry(row)
    },
    range,
    reverseRange: (bounds, options) => range({ ...bounds, reverse: true }, options),
    prefix,
    all: (options) => range({}, options),
    reverseAll: (options) => range({ reverse: true }, options),
    approximateCount: (options = {}) => query.count(options),
  }
}
