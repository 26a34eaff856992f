import type { RangeOptions, Row } from './byte-store.ts'
import { bytesText, textBytes } from './bytes-text.ts'
import type { Rows } from './rows.ts'

/**
 * Rows of which only so many are kept; the least recently read or written ones go (Java's MemoryLRUCache). When it is
 * reopened on disk, use begins in the order of the keys.
 */
export class LruRows implements Rows {
  readonly #rows: Rows
  readonly #maxEntries: number
  readonly #evicted: (key: Uint8Array) => void
  /** Keys as latin1 text; a Set keeps the order in which they were added. */
  readonly #recent: Set<string>

  /** @param evicted told of each row that went. */
  constructor(rows: Rows, maxEntries: number, evicted: (key: Uint8Array) => void) {
    this.#rows = rows
    this.#maxEntries = maxEntries
    this.#evicted = evicted
    this.#recent = new Set(Array.from(rows.range(), ([key]) => bytesText(key)))
  }

  get size(): number {
    return this.#recent.size
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const row = this.#rows.get(key)
    if (row) this.#touch(bytesText(key))
    return row
  }

  put(key: Uint8Array, row: Uint8Array | null): void {
    this.putMore(key, row)
    for (const eldest of this.#recent) {
      if (this.#recent.size <= this.#maxEntries) break
      this.#evict(eldest)
    }
  }

  /** Lets nothing go. */
  putMore(key: Uint8Array, row: Uint8Array | null): void {
    this.#rows.put(key, row)
    const text = bytesText(key)
    if (row) this.#touch(text)
    else this.#recent.delete(text)
  }

  range(options?: RangeOptions): IterableIterator<Row> {
    return this.#rows.range(options)
  }

  snapshot(): ReturnType<Rows['snapshot']> {
    return this.#rows.snapshot()
  }

  acknowledge(): void {
    this.#rows.acknowledge()
  }

  get memoryBytes(): number {
    return this.#rows.memoryBytes
  }

  get dirtyBytes(): number {
    return this.#rows.dirtyBytes
  }

  #touch(text: string): void {
    this.#recent.delete(text)
    this.#recent.add(text)
  }

  #evict(text: string): void {
    const key = textBytes(text)
    this.#recent.delete(text)
    this.#rows.put(key, null)
    this.#evicted(key)
  }
}
