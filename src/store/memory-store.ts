import { forEachRow } from '../core/packed-rows.ts'
import type { ByteStore, RangeOptions, Row, SpaceRows } from './byte-store.ts'
import { mapIterator } from './iterators.ts'
import { OrderedBytes } from './ordered-bytes.ts'
import type { SpaceSize } from './store-size.ts'
import { storeClosed, WriteQueue } from './write-queue.ts'

/** Rows in memory only: for stores that need no disk, and for tests. */
export class MemoryStore implements ByteStore {
  readonly #spaces = new Map<string, OrderedBytes<Uint8Array>>()
  readonly #writes = new WriteQueue()
  #closed = false

  spaces(): readonly string[] {
    this.#checkOpen()
    return [...this.#spaces.keys()]
  }

  get(space: string, key: Uint8Array): Uint8Array | undefined {
    this.#checkOpen()
    const value = this.#spaces.get(space)?.get(key)
    return value && new Uint8Array(value)
  }

  /** There are no pages: what keys and values take. */
  size(space: string): SpaceSize {
    this.#checkOpen()
    let bytes = 0
    for (const [key, value] of this.#spaces.get(space)?.range() ?? []) bytes += key.length + value.length
    return { rows: this.#spaces.get(space)?.size ?? 0, bytes }
  }

  range(space: string, options: RangeOptions = {}): IterableIterator<Row> {
    this.#checkOpen()
    const rows = (this.#spaces.get(space) ?? new OrderedBytes<Uint8Array>()).range(options)
    return mapIterator(rows, ([key, value]) => {
      this.#checkOpen()
      return [new Uint8Array(key), new Uint8Array(value)] as const
    })
  }

  write(rows: readonly SpaceRows[]): Promise<void> {
    return this.#writes.run(() => {
      for (const { space, rows: packed } of rows) this.#apply(space, packed)
    })
  }

  drop(spaces: readonly string[]): Promise<void> {
    return this.#writes.run(() => {
      for (const space of spaces) this.#spaces.delete(space)
    })
  }

  sync(): Promise<void> {
    return this.#writes.run(() => {})
  }

  async close(): Promise<void> {
    await this.#writes.close()
    this.#closed = true
  }

  #apply(space: string, packed: Uint8Array): void {
    let rows = this.#spaces.get(space)
    if (!rows) {
      rows = new OrderedBytes()
      this.#spaces.set(space, rows)
    }
    const target = rows
    forEachRow(packed, (key, value) => {
      if (value) target.set(key, new Uint8Array(value))
      else target.delete(key)
    })
  }

  #checkOpen(): void {
    if (this.#closed) throw storeClosed()
  }
}
