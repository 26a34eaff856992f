import type { StoreRow } from '../task/store-question.ts'
import type { QueryOptions, RangeQueryOptions } from './query-options.ts'
import { earliest, latest, msOf, type Time } from './question-times.ts'
import type { StoreQuery } from './store-query.ts'

/** A version of a value: valid from its timestamp until `validTo`, exclusive. ms. */
export interface QueriedVersion<V> {
  readonly value: V
  readonly timestamp: number
  /** Undefined: the latest. */
  readonly validTo: number | undefined
}

/** Which versions; inclusive, an absent bound is open. */
export interface History {
  readonly from?: Time
  readonly to?: Time
  /** The latest first. */
  readonly reverse?: boolean
}

/**
 * What queries of a versioned table can ask (Java's VersionedKeyQuery and MultiVersionedKeyQuery), wherever its partitions
 * are. @throws as KeyValueStoreView
 */
export interface VersionedStoreView<K, V> {
  /** The latest version. */
  get(key: K, options?: QueryOptions): Promise<QueriedVersion<V> | undefined>
  /** The version that was valid at a time; undefined if that is longer ago than the store's history. */
  asOf(key: K, time: Time, options?: QueryOptions): Promise<QueriedVersion<V> | undefined>
  /** The versions that were valid at some time within both bounds, by timestamp. */
  history(key: K, within?: History, options?: RangeQueryOptions): AsyncIterableIterator<QueriedVersion<V>>
}

export function versionedView(query: StoreQuery): VersionedStoreView<unknown, unknown> {
  const { valueSerde } = query.spec
  const version = ({ value, timestamp, end }: StoreRow): QueriedVersion<unknown> => ({
    value: valueSerde.deserialize(value),
    timestamp,
    validTo: end < 0 ? undefined : end,
  })
  async function* history(
    key: unknown,
    { from = earliest, to = latest, reverse = false }: History = {},
    options: RangeQueryOptions = {},
  ): AsyncGenerator<QueriedVersion<unknown>, undefined> {
    const bytes = query.keyBytes(key)
    const question = {
      kind: 'versions',
      key: bytes,
      fromTime: msOf(from, 'from'),
      toTime: msOf(to, 'to'),
      reverse,
    } as const
    for await (const row of query.ofKey(key, bytes, question, options)) yield version(row)
  }
  return {
    async get(key, options = {}) {
      const row = await query.first(key, { kind: 'key', key: query.keyBytes(key) }, options)
      return row && version(row)
    },
    async asOf(key, time, options = {}) {
      const question = { kind: 'version', key: query.keyBytes(key), asOf: msOf(time, 'asOf') } as const
      const row = await query.first(key, question, options)
      return row && version(row)
    },
    history,
  }
}
