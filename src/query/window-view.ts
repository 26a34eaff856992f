import type { Windowed } from '../serde/windowed.ts'
import type { KeyRange } from '../store/state-stores.ts'
import type { ScanQuestion, StoreRow } from '../task/store-question.ts'
import type { QueriedEntry } from './key-value-view.ts'
import type { QueryOptions, RangeQueryOptions } from './query-options.ts'
import { earliest, latest, msOf, type Time } from './question-times.ts'
import type { StoreQuery } from './store-query.ts'

/** A window of a key. */
export type QueriedWindow<K, V> = QueriedEntry<Windowed<K>, V>

/**
 * What queries of a table with time windows can ask (Java's ReadOnlyWindowStore, WindowKeyQuery and WindowRangeQuery),
 * wherever its partitions are. Times are window starts, ms since the epoch or Dates, both inclusive. The windows of one
 * key come by start; those of several keys in the order of the store's rows: by segment, and in one by start and key, or
 * by key and start where windows are not aligned.
 * @throws as KeyValueStoreView
 */
export interface WindowStoreView<K, V> {
  /**
   * The value of the key in the window that begins at `start`, as processed so far, committed or not; undefined if there
   * is none, or it has expired.
   */
  fetch(key: K, start: Time, options?: QueryOptions): Promise<V | undefined>
  /** The key's windows that begin from `from` to `to`, by start. */
  fetch(key: K, from: Time, to: Time, options?: RangeQueryOptions): AsyncIterableIterator<QueriedWindow<K, V>>
  /** The same from the last window to the first. */
  backwardFetch(
    key: K,
    from: Time,
    to: Time,
    options?: RangeQueryOptions,
  ): AsyncIterableIterator<QueriedWindow<K, V>>
  /** Of keys within both bounds, inclusive. */
  fetchRange(
    keys: KeyRange<K>,
    from: Time,
    to: Time,
    options?: RangeQueryOptions,
  ): AsyncIterableIterator<QueriedWindow<K, V>>
  /** Of all keys. */
  fetchAll(from: Time, to: Time, options?: RangeQueryOptions): AsyncIterableIterator<QueriedWindow<K, V>>
  backwardFetchAll(
    from: Time,
    to: Time,
    options?: RangeQueryOptions,
  ): AsyncIterableIterator<QueriedWindow<K, V>>
  all(options?: RangeQueryOptions): AsyncIterableIterator<QueriedWindow<K, V>>
  backwardAll(options?: RangeQueryOptions): AsyncIterableIterator<QueriedWindow<K, V>>
}

export function windowView(query: StoreQuery): WindowStoreView<unknown, unknown> {
  const { valueSerde } = query.spec
  const ofKey = (key: unknown, from: Time, to: Time, reverse: boolean, options: RangeQueryOptions = {}) =>
    windowsOfKey(query, key, windowsWithin(from, to, reverse), options)
  const ofKeys = (keys: KeyRange<unknown>, from: Time, to: Time, options: RangeQueryOptions = {}) =>
    windowsOfKeys(query, keys, windowsWithin(from, to, keys.reverse === true), options)
  async function one(key: unknown, start: Time, options: QueryOptions = {}): Promise<unknown> {
    const question = { kind: 'window', key: query.keyBytes(key), start: msOf(start, 'start') } as const
    const row = await query.first(key, question, options)
    return row && valueSerde.deserialize(row.value)
  }
  const fetch = (key: unknown, from: Time, to?: Time | QueryOptions, options?: RangeQueryOptions): unknown =>
    typeof to === 'number' || to instanceof Date ? ofKey(key, from, to, false, options) : one(key, from, to)
  return {
    fetch: fetch as WindowStoreView<unknown, unknown>['fetch'],
    backwardFetch: (key, from, to, options) => ofKey(key, from, to, true, options),
    fetchRange: ofKeys,
    fetchAll: (from, to, options) => ofKeys({}, from, to, options),
    backwardFetchAll: (from, to, options) => ofKeys({ reverse: true }, from, to, options),
    all: (options) => ofKeys({}, earliest, latest, options),
    backwardAll: (options) => ofKeys({ reverse: true }, earliest, latest, options),
  }
}

export type WindowsQuestion = Extract<ScanQuestion, { kind: 'windows' }>

function windowsWithin(from: Time, to: Time, reverse: boolean): WindowsQuestion {
  return {
    kind: 'windows',
    fromTime: msOf(from, 'from'),
    toTime: msOf(to, 'to'),
    latestStart: latest,
    reverse,
  }
}

export async function* windowsOfKey(
  query: StoreQuery,
  key: unknown,
  question: WindowsQuestion,
  options: RangeQueryOptions,
): AsyncGenerator<QueriedWindow<unknown, unknown>, undefined> {
  const bytes = query.keyBytes(key)
  for await (const row of query.ofKey(key, bytes, { ...question, from: bytes, to: bytes }, options))
    yield windowOf(query, row)
}

export async function* windowsOfKeys(
  query: StoreQuery,
  { from, to }: KeyRange<unknown>,
  question: WindowsQuestion,
  options: RangeQueryOptions,
): AsyncGenerator<QueriedWindow<unknown, unknown>, undefined> {
  const bounds = {
    ...(from !== undefined && { from: query.keyBytes(from) }),
    ...(to !== undefined && { to: query.keyBytes(to) }),
  }
  for await (const row of query.ofAll({ ...question, ...bounds }, options)) yield windowOf(query, row)
}

function windowOf(
  { spec: { keySerde, valueSerde } }: StoreQuery,
  { key, start, end, value, timestamp }: StoreRow,
): QueriedWindow<unknown, unknown> {
  return {
    key: { key: keySerde.deserialize(key), window: { start, end } },
    value: valueSerde.deserialize(value),
    timestamp,
  }
}
