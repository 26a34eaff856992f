import type { RecordContext } from '../core/record.ts'
import type { Window, Windowed } from '../serde/windowed.ts'

/** A value and the time it is of, ms since the epoch. */
export interface ValueAndTimestamp<V> {
  readonly value: V
  readonly timestamp: number
}

export interface Entry<K, V> {
  readonly key: K
  readonly value: V
}

/** The store as of the call that made it, whatever is put afterwards. End it with `return()` when not reading to the end. */
export type StoreIterator<T> = IterableIterator<T>

export interface Direction {
  /** From the last key to the first; Java's `reverse...` and `backward...` methods. */
  readonly reverse?: boolean
}

/** Bounds are inclusive; an absent one is open. Keys are in the order of their bytes. */
export interface KeyRange<K> extends Direction {
  readonly from?: K
  readonly to?: K
}

export interface ReadOnlyKeyValueStore<K, V> {
  get(key: K): V | undefined
  range(range?: KeyRange<K>): StoreIterator<Entry<K, V>>
  all(direction?: Direction): StoreIterator<Entry<K, V>>
  /** Entries whose key's bytes begin with these. */
  prefixScan(prefix: Uint8Array): StoreIterator<Entry<K, V>>
  approximateNumEntries(): number
}

/** A value per key. Timestamped stores are key-value stores of `ValueAndTimestamp`. */
export interface KeyValueStore<K, V> extends ReadOnlyKeyValueStore<K, V> {
  /** @param value null deletes. */
  put(key: K, value: V | null): void
  /** @returns the value that was there, undefined if there was none and `value` was put. */
  putIfAbsent(key: K, value: V | null): V | undefined
  putAll(entries: Iterable<Entry<K, V | null>>): void
  /** @returns the value that was there. */
  delete(key: K): V | undefined
}

/** All times are window starts in ms, bounds inclusive. */
export interface ReadOnlyWindowStore<K, V> {
  get(key: K, start: number): V | undefined
  /** One key's windows, by start. Stores that keep duplicates give several of one start, in the order they were put. */
  fetch(key: K, from: number, to: number, direction?: Direction): StoreIterator<Entry<number, V>>
  fetchKeys(
    range: KeyRange<K>,
    from: number,
    to: number,
    direction?: Direction,
  ): StoreIterator<Entry<Windowed<K>, V>>
  fetchAll(from: number, to: number, direction?: Direction): StoreIterator<Entry<Windowed<K>, V>>
  all(direction?: Direction): StoreIterator<Entry<Windowed<K>, V>>
}

/** A value per key and window start. */
export interface WindowStore<K, V> extends ReadOnlyWindowStore<K, V> {
  /** @param value null deletes. Ignored when the window has expired. */
  put(key: K, value: V | null, start: number): void
}

export interface ReadOnlySessionStore<K, V> {
  fetch(key: K, direction?: Direction): StoreIterator<Entry<Windowed<K>, V>>
  fetchKeys(range: KeyRange<K>): StoreIterator<Entry<Windowed<K>, V>>
  fetchSession(key: K, start: number, end: number): V | undefined
  /** The sessions of a key that end at `earliestEnd` or later and start at `latestStart` or earlier. */
  findSessions(
    key: K,
    earliestEnd: number,
    latestStart: number,
    direction?: Direction,
  ): StoreIterator<Entry<Windowed<K>, V>>
  findSessionsOf(
    range: KeyRange<K>,
    earliestEnd: number,
    latestStart: number,
  ): StoreIterator<Entry<Windowed<K>, V>>
  /** The sessions of all keys that end within the bounds, by end, start and key; expired ones too that are still there. */
  findSessionsByEnd(earliestEnd: number, latestEnd: number): StoreIterator<Entry<Windowed<K>, V>>
}

/** A value per key and session; a session's bounds are both inclusive. */
export interface SessionStore<K, V> extends ReadOnlySessionStore<K, V> {
  /** @param value null removes. */
  put(session: Windowed<K>, value: V | null): void
  remove(session: Windowed<K>): void
}

export interface VersionedRecord<V> extends ValueAndTimestamp<V> {
  /** When another version or a deletion took its place. As in Java, `get` and `delete` do not say it. */
  readonly validTo?: number
}

/** What `put` of a versioned store returns for the latest version, and for one older than the history. */
export const validToUndefined = -1
export const notPut: number = -(2 ** 63)

/** The versions of a value per key, kept for the history retention. */
export interface VersionedKeyValueStore<K, V> {
  /** @param value null deletes as of `timestamp`. @returns the version's end, or one of the constants above. */
  put(key: K, value: V | null, timestamp: number): number
  /** @returns the version that was valid at `timestamp`. */
  delete(key: K, timestamp: number): VersionedRecord<V> | undefined
  /** @param asOf the latest version if not given. */
  get(key: K, asOf?: number): VersionedRecord<V> | undefined
}

/** An update of a table that `suppress` holds back. */
export interface BufferedUpdate<K, V> {
  readonly key: K
  readonly newValue: V | null
  readonly oldValue: V | null
  /** Of the record that caused it. */
  readonly context: Readonly<RecordContext>
}

/**
 * What `suppress` holds back: the last update of each key, in order of time and then of the key's bytes (Java's
 * InMemoryTimeOrderedKeyValueChangeBuffer). It logs at commits.
 */
export interface SuppressBuffer<K, V> {
  readonly size: number
  /** As Java estimates them. */
  readonly bytes: number
  /** Infinity while it is empty. */
  readonly minTimestamp: number
  /** An update of a key that waits already takes the place, and the time, of the one before. */
  put(time: number, update: BufferedUpdate<K, V>): void
  /** Lets updates go as long as `more` is true. Each is removed after `emit`; `more` is asked once more before the first. */
  evictWhile(more: () => boolean, emit: (update: BufferedUpdate<K, V>) => void): void
  /** The value before the first of the updates held back, for a key that waits. */
  priorValue(key: K): { readonly value: V | null } | undefined
}

/** Where a record of a left or outer stream-stream join waits that has met nobody yet (Java's TimestampedKeyAndJoinSide). */
export interface JoinSideKey<K> {
  readonly timestamp: number
  readonly side: 'left' | 'right'
  readonly key: K
}

/** Several values may wait under one key. */
export interface OuterJoinBuffer<K, V> {
  /** @param value added to those of the key; null removes them all. */
  put(key: JoinSideKey<K>, value: V | null): void
  /** Removes all values of the key. Nothing is logged if there are none (Java's putIfAbsent with null). */
  removeIfPresent(key: JoinSideKey<K>): void
  /** By time, then right before left, then key. */
  all(): StoreIterator<Entry<JoinSideKey<K>, V>>
}

/**
 * Records of a stream-table join with grace, in order of time, key and arrival (Java's RocksDBTimeOrderedKeyValueBuffer).
 * Its own time is the highest timestamp put.
 */
export interface JoinBuffer<K, V> {
  readonly size: number
  /** As Java estimates them. */
  readonly bytes: number
  /** Of the earliest record, or an earlier time; Infinity while it is empty. */
  readonly minTimestamp: number
  /** @returns false if the record is older than the buffer's time less grace: it is to be joined at once. */
  put(key: K, value: V, context: Readonly<RecordContext>): boolean
  /** Lets go of all records that are not younger than the buffer's time less grace. Each is removed after `emit`. */
  evict(emit: (key: K, value: V, context: Readonly<RecordContext>) => void): void
}

export type { Window, Windowed }
