import { compareBytes } from '../core/bytes.ts'
import type { Serde } from '../serde/serde.ts'
import type { BytesStore } from './bytes-store.ts'
import type { CachedStore } from './cached-store.ts'
import type { Cacheable, FlushListener } from './flush-listener.ts'
import { mapIterator } from './iterators.ts'
import {
  recordKeyOf,
  sessionKeys,
  sessionStartOf,
  sessionStoreKey,
  storeKeyOf,
  timeOf,
} from './segment-keys.ts'
import type { SegmentedBytesStore, SegmentScan } from './segmented-store.ts'
import type { Direction, Entry, KeyRange, SessionStore, StoreIterator, Windowed } from './state-stores.ts'
import { checkKey, listen, type RowSerde } from './typed-store.ts'

export interface TypedSessionStoreParts {
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly rows: RowSerde<unknown>
  /** The lowest layer. */
  readonly segments: SegmentedBytesStore
  /** The highest one. */
  readonly bytes: BytesStore<SegmentScan>
  /** `bytes`, if it is a cache. */
  readonly cached: CachedStore<SegmentScan> | undefined
}

type Session = Entry<Windowed<unknown>, unknown>

const always = Number.MAX_SAFE_INTEGER

/** A session store as operators and processors see it (Java's MeteredSessionStore). */
export class TypedSessionStore implements SessionStore<unknown, unknown>, Cacheable {
  readonly #parts: TypedSessionStoreParts

  constructor(parts: TypedSessionStoreParts) {
    this.#parts = parts
  }

  put({ key, window }: Windowed<unknown>, value: unknown): void {
    const { bytes, rows } = this.#parts
    bytes.put(this.#orderKey(key, window.start, window.end), value === null ? null : rows.rowOf(value))
  }

  remove(session: Windowed<unknown>): void {
    this.put(session, null)
  }

  fetchSession(key: unknown, start: number, end: number): unknown {
    const row = this.#parts.bytes.get(this.#orderKey(key, start, end))
    return row && this.#parts.rows.valueOf(row)
  }

  fetch(key: unknown, direction: Direction = {}): StoreIterator<Session> {
    return this.findSessions(key, 0, always, direction)
  }

  fetchKeys(range: KeyRange<unknown>): StoreIterator<Session> {
    return this.findSessionsOf(range, 0, always)
  }

  findSessions(
    key: unknown,
    earliestEnd: number,
    latestStart: number,
    { reverse }: Direction = {},
  ): StoreIterator<Session> {
    return this.findSessionsOf({ from: key, to: key, reverse: reverse === true }, earliestEnd, latestStart)
  }

  findSessionsOf(
    { from, to, reverse }: KeyRange<unknown>,
    earliestEnd: number,
    latestStart: number,
  ): StoreIterator<Session> {
    const first = from === undefined ? undefined : this.#bytesOf(from)
    const last = to === undefined ? undefined : this.#bytesOf(to)
    if (first && last && compareBytes(first, last) > 0) return [][Symbol.iterator]()
    return this.#scan({
      ...(first && { from: first }),
      ...(last && { to: last }),
      fromTime: earliestEnd,
      toTime: always,
      reverse: reverse === true,
      accepts: (storeKey) => sessionStartOf(storeKey) <= latestStart,
    })
  }

  findSessionsByEnd(earliestEnd: number, latestEnd: number): StoreIterator<Session> {
    // In Java, too, final results are not lost to a retention of gap and grace.
    const scan = { fromTime: earliestEnd, toTime: latestEnd, expiredToo: true }
    const sessions = [...this.#parts.bytes.scan(scan)]
    sessions.sort(([a], [b]) => byEndAndStart(storeKeyOf(a), storeKeyOf(b)))
    return mapIterator(sessions[Symbol.iterator](), ([ordered, row]) => this.#session(ordered, row))
  }

  setFlushListener(listener: FlushListener, sendOldValues: boolean): boolean {
    const { cached, rows } = this.#parts
    return listen(cached, rows, (key) => this.#windowed(key), listener, sendOldValues)
  }

  #orderKey(key: unknown, start: number, end: number): Uint8Array {
    return this.#parts.segments.orderKey(sessionStoreKey(this.#bytesOf(key), start, end))
  }

  #bytesOf(key: unknown): Uint8Array {
    checkKey(this.#parts.name, key)
    return this.#parts.keySerde.serialize(key)
  }

  #scan(scan: SegmentScan): StoreIterator<Session> {
    return mapIterator(this.#parts.bytes.scan(scan), ([ordered, row]) => this.#session(ordered, row))
  }

  #session(ordered: Uint8Array, row: Uint8Array): Session {
    return { key: this.#windowed(ordered), value: this.#parts.rows.valueOf(row) }
  }

  #windowed(ordered: Uint8Array): Windowed<unknown> {
    const storeKey = storeKeyOf(ordered)
    return {
      key: this.#parts.keySerde.deserialize(recordKeyOf(storeKey, sessionKeys)),
      window: { start: sessionStartOf(storeKey), end: timeOf(storeKey, sessionKeys) },
    }
  }
}

/** Java's TimeFirstSessionKeySchema: end, start, key. */
function byEndAndStart(a: Uint8Array, b: Uint8Array): number {
  return (
    timeOf(a, sessionKeys) - timeOf(b, sessionKeys) ||
    sessionStartOf(a) - sessionStartOf(b) ||
    compareBytes(recordKeyOf(a, sessionKeys), recordKeyOf(b, sessionKeys))
  )
}
