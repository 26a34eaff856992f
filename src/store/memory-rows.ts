import type { RangeOptions, Row } from './byte-store.ts'
import { OrderedBytes } from './ordered-bytes.ts'
import { entryOverhead } from './overlay.ts'
import type { Rows } from './rows.ts'

/** Rows in memory only, which no checkpoint writes. */
export class MemoryRows implements Rows {
  readonly #rows = new OrderedBytes<Uint8Array>()
  readonly dirtyBytes = 0
  #bytes = 0

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(key)
  }

  put(key: Uint8Array, value: Uint8Array | null): void {
    const replaced = value ? this.#rows.set(key, value) : this.#rows.delete(key)
    this.#bytes += sizeOf(key, value) - sizeOf(key, replaced)
  }

  range(options?: RangeOptions): IterableIterator<Row> {
    return this.#rows.range(options)
  }

  snapshot(): undefined {}

  acknowledge(): void {}

  get memoryRows(): number {
    return this.#rows.size
  }

  get memoryBytes(): number {
    return this.#bytes
  }
}

function sizeOf(key: Uint8Array, value: Uint8Array | null | undefined): number {
  return value ? key.length + value.length + entryOverhead : 0
}
