import { compareBytes } from '../core/bytes.ts'
import type { Serde } from '../serde/serde.ts'
import type { BytesStore } from './bytes-store.ts'
import type { CachedStore } from './cached-store.ts'
import type { Cacheable, FlushListener } from './flush-listener.ts'
import { mapIterator } from './iterators.ts'
import { recordKeyOf, storeKeyOf, timeOf, windowKeys, windowStoreKey } from './segment-keys.ts'
import type { SegmentedBytesStore, SegmentScan } from './segmented-store.ts'
import type { Direction, Entry, KeyRange, StoreIterator, Windowed, WindowStore } from './state-stores.ts'
import { checkKey, listen, type RowSerde } from './typed-store.ts'

export interface TypedWindowStoreParts {
  readonly name: string
  readonly windowSizeMs: number
  readonly retainDuplicates: boolean
  readonly keySerde: Serde<unknown>
  readonly rows: RowSerde<unknown>
  /** The lowest layer. */
  readonly segments: SegmentedBytesStore
  /** The highest one. */
  readonly bytes: BytesStore<SegmentScan>
  /** `bytes`, if it is a cache. */
  readonly cached: CachedStore<SegmentScan> | undefined
}

/** A window store as operators and processors see it (Java's MeteredWindowStore). */
export class TypedWindowStore implements WindowStore<unknown, unknown>, Cacheable {
  readonly #parts: TypedWindowStoreParts

  constructor(parts: TypedWindowStoreParts) {
    this.#parts = parts
  }

  get(key: unknown, start: number): unknown {
    const row = this.#parts.bytes.get(this.#orderKey(key, start, 0))
    return row && this.#parts.rows.valueOf(row)
  }

  put(key: unknown, value: unknown, start: number): void {
    const { bytes, rows, segments, retainDuplicates } = this.#parts
    const sequence = retainDuplicates ? segments.nextSequence() : 0
    bytes.put(this.#orderKey(key, start, sequence), value === null ? null : rows.rowOf(value))
  }

  fetch(
    key: unknown,
    from: number,
    to: number,
    direction: Direction = {},
  ): StoreIterator<Entry<number, unknown>> {
    const one = this.#bytesOf(key)
    const rows = this.#parts.bytes.scan(scanOf(one, one, from, to, direction))
    return mapIterator(rows, ([ordered, row]) => ({
      key: timeOf(storeKeyOf(ordered), windowKeys),
      value: this.#parts.rows.valueOf(row),
    }))
  }

  fetchKeys(
    { from, to, reverse }: KeyRange<unknown>,
    fromTime: number,
    toTime: number,
    direction: Direction = {},
  ): StoreIterator<Entry<Windowed<unknown>, unknown>> {
    const first = from === undefined ? undefined : this.#bytesOf(from)
    const last = to === undefined ? undefined : this.#bytesOf(to)
    if (first && last && compareBytes(first, last) > 0) return [][Symbol.iterator]()
    const backward = reverse === true || direction.reverse === true
    const rows = this.#parts.bytes.scan(scanOf(first, last, fromTime, toTime, { reverse: backward }))
    return mapIterator(rows, ([ordered, row]) => ({
      key: this.#windowed(ordered),
      value: this.#parts.rows.valueOf(row),
    }))
  }

  fetchAll(
    from: number,
    to: number,
    direction: Direction = {},
  ): StoreIterator<Entry<Windowed<unknown>, unknown>> {
    return this.fetchKeys({}, from, to, direction)
  }

  all(direction: Direction = {}): StoreIterator<Entry<Windowed<unknown>, unknown>> {
    return this.fetchAll(0, Number.MAX_SAFE_INTEGER, direction)
  }

  setFlushListener(listener: FlushListener, sendOldValues: boolean): boolean {
    const { cached, rows } = this.#parts
    return listen(cached, rows, (key) => this.#windowed(key), listener, sendOldValues)
  }

  #orderKey(key: unknown, start: number, sequence: number): Uint8Array {
    return this.#parts.segments.orderKey(windowStoreKey(this.#bytesOf(key), start, sequence))
  }

  #bytesOf(key: unknown): Uint8Array {
    checkKey(this.#parts.name, key)
    return this.#parts.keySerde.serialize(key)
  }

  #windowed(ordered: Uint8Array): Windowed<unknown> {
    const { keySerde, windowSizeMs } = this.#parts
    const storeKey = storeKeyOf(ordered)
    const start = timeOf(storeKey, windowKeys)
    const end = Math.min(start + windowSizeMs, Number.MAX_SAFE_INTEGER)
    return { key: keySerde.deserialize(recordKeyOf(storeKey, windowKeys)), window: { start, end } }
  }
}

function scanOf(
  from: Uint8Array | undefined,
  to: Uint8Array | undefined,
  fromTime: number,
  toTime: number,
  { reverse }: Direction,
): SegmentScan {
  return { ...(from && { from }), ...(to && { to }), fromTime, toTime, reverse: reverse === true }
}
