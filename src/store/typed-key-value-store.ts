import { compareBytes } from '../core/bytes.ts'
import type { Serde } from '../serde/serde.ts'
import type { RangeOptions } from './byte-store.ts'
import type { BytesStore } from './bytes-store.ts'
import type { CachedStore } from './cached-store.ts'
import type { Cacheable, FlushListener } from './flush-listener.ts'
import { mapIterator } from './iterators.ts'
import { afterPrefix, keyAfter } from './key-bounds.ts'
import type { Direction, Entry, KeyRange, KeyValueStore, StoreIterator } from './state-stores.ts'
import { checkKey, listen, type RowSerde } from './typed-store.ts'

export interface TypedKeyValueStoreParts {
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly rows: RowSerde<unknown>
  readonly bytes: BytesStore<RangeOptions>
  /** `bytes`, if it is a cache. */
  readonly cached: CachedStore<RangeOptions> | undefined
}

/** A key-value store as operators and processors see it (Java's MeteredKeyValueStore). */
export class TypedKeyValueStore implements KeyValueStore<unknown, unknown>, Cacheable {
  readonly #parts: TypedKeyValueStoreParts

  constructor(parts: TypedKeyValueStoreParts) {
    this.#parts = parts
  }

  get(key: unknown): unknown {
    const row = this.#parts.bytes.get(this.#bytesOf(key))
    return row && this.#parts.rows.valueOf(row)
  }

  put(key: unknown, value: unknown): void {
    const { bytes, rows } = this.#parts
    bytes.put(this.#bytesOf(key), value === null ? null : rows.rowOf(value))
  }

  putIfAbsent(key: unknown, value: unknown): unknown {
    const found = this.get(key)
    if (found === undefined) this.put(key, value)
    return found
  }

  putAll(entries: Iterable<Entry<unknown, unknown>>): void {
    for (const { key, value } of entries) this.put(key, value)
  }

  delete(key: unknown): unknown {
    const found = this.get(key)
    this.put(key, null)
    return found
  }

  range({ from, to, reverse }: KeyRange<unknown> = {}): StoreIterator<Entry<unknown, unknown>> {
    const first = from === undefined ? undefined : this.#bytesOf(from)
    const last = to === undefined ? undefined : this.#bytesOf(to)
    if (first && last && compareBytes(first, last) > 0) return [][Symbol.iterator]()
    return this.#scan({
      ...(first && { from: first }),
      ...(last && { to: keyAfter(last) }),
      reverse: reverse === true,
    })
  }

  all(direction: Direction = {}): StoreIterator<Entry<unknown, unknown>> {
    return this.range(direction)
  }

  prefixScan(prefix: Uint8Array): StoreIterator<Entry<unknown, unknown>> {
    const to = afterPrefix(prefix)
    return this.#scan({ from: prefix, ...(to && { to }) })
  }

  approximateNumEntries(): number {
    return this.#parts.bytes.count()
  }

  setFlushListener(listener: FlushListener, sendOldValues: boolean): boolean {
    const { cached, rows, keySerde } = this.#parts
    return listen(cached, rows, (key) => keySerde.deserialize(key), listener, sendOldValues)
  }

  #bytesOf(key: unknown): Uint8Array {
    checkKey(this.#parts.name, key)
    return this.#parts.keySerde.serialize(key)
  }

  #scan(range: RangeOptions): StoreIterator<Entry<unknown, unknown>> {
    const { bytes, keySerde, rows } = this.#parts
    return mapIterator(bytes.scan(range), ([key, row]) => ({
      key: keySerde.deserialize(key),
      value: rows.valueOf(row),
    }))
  }
}
