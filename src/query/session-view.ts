import type { Direction, KeyRange } from '../store/state-stores.ts'
import type { QueryOptions, RangeQueryOptions } from './query-options.ts'
import { earliest, latest, msOf, type Time } from './question-times.ts'
import type { StoreQuery } from './store-query.ts'
import { type QueriedWindow, type WindowsQuestion, windowsOfKey, windowsOfKeys } from './window-view.ts'

/**
 * What queries of a table with sessions can ask (Java's ReadOnlySessionStore), wherever its partitions are. Start and end
 * of a session are both inclusive. Those of one key come by end; those of several keys by segment, key and end.
 * @throws as KeyValueStoreView
 */
export interface SessionStoreView<K, V> {
  /** The key's sessions; `reverse` begins with the last. */
  fetch(key: K, options?: RangeQueryOptions & Direction): AsyncIterableIterator<QueriedWindow<K, V>>
  /** The session of just these bounds. */
  fetchSession(key: K, start: Time, end: Time, options?: QueryOptions): Promise<V | undefined>
  /** The key's sessions that end at `earliestEnd` or later and start at `latestStart` or earlier. */
  findSessions(
    key: K,
    earliestEnd: Time,
    latestStart: Time,
    options?: RangeQueryOptions & Direction,
  ): AsyncIterableIterator<QueriedWindow<K, V>>
  /** Those of keys within both bounds, inclusive. */
  fetchRange(keys: KeyRange<K>, options?: RangeQueryOptions): AsyncIterableIterator<QueriedWindow<K, V>>
  all(options?: RangeQueryOptions & Direction): AsyncIterableIterator<QueriedWindow<K, V>>
}

export function sessionView(query: StoreQuery): SessionStoreView<unknown, unknown> {
  const find = (
    key: unknown,
    earliestEnd: Time,
    latestStart: Time,
    { reverse = false, ...options }: RangeQueryOptions & Direction = {},
  ) => windowsOfKey(query, key, sessionsWithin(earliestEnd, latestStart, reverse), options)
  const ofKeys = (keys: KeyRange<unknown>, options: RangeQueryOptions = {}) =>
    windowsOfKeys(query, keys, sessionsWithin(earliest, latest, keys.reverse === true), options)
  return {
    fetch: (key, options) => find(key, earliest, latest, options),
    findSessions: find,
    async fetchSession(key, start, end, options = {}) {
      const bounds = { start: msOf(start, 'start'), end: msOf(end, 'end') }
      const question = { ...sessionsWithin(end, start, false), toTime: bounds.end }
      for await (const { key: session, value } of windowsOfKey(query, key, question, options))
        if (session.window.start === bounds.start) return value
      return undefined
    },
    fetchRange: ofKeys,
    all: ({ reverse = false, ...options } = {}) => ofKeys({ reverse }, options),
  }
}

function sessionsWithin(earliestEnd: Time, latestStart: Time, reverse: boolean): WindowsQuestion {
  return {
    kind: 'windows',
    fromTime: msOf(earliestEnd, 'earliestEnd'),
    toTime: latest,
    latestStart: msOf(latestStart, 'latestStart'),
    reverse,
  }
}
