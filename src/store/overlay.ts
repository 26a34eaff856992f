import { StreamsError } from '../core/errors.ts'
import { PackedRows } from '../core/packed-rows.ts'
import type { ByteStore, RangeOptions, Row, SpaceRows } from './byte-store.ts'
import { nothing } from './iterators.ts'
import { MergedRows } from './merged-rows.ts'
import { OrderedBytes } from './ordered-bytes.ts'
import type { Rows } from './rows.ts'

/** null: deleted. */
type Changes = OrderedBytes<Uint8Array | null>

/** What an entry takes besides its key and value: objects, slots in a tree node. */
export const entryOverhead: number = 160

/**
 * One space as the task sees it: its rows on disk, and over them the changes that no acknowledged snapshot covers.
 * Changes are kept by generation. `snapshot` closes the current one; it stays readable until `acknowledge` drops it
 * whole, and what changed since is in the next, so an acknowledgement never forgets a change it does not cover.
 */
export class Overlay implements Rows {
  readonly space: string
  readonly #disk: ByteStore
  #current: Changes = new OrderedBytes()
  #currentBytes = 0
  #closed: Changes | undefined
  #closedBytes = 0

  constructor(disk: ByteStore, space: string) {
    this.#disk = disk
    this.space = space
  }

  /** The result is shared: do not change it. */
  get(key: Uint8Array): Uint8Array | undefined {
    let change = this.#current.get(key)
    if (change === undefined) change = this.#closed?.get(key)
    return change === undefined ? this.#disk.get(this.space, key) : (change ?? undefined)
  }

  /** Keeps `value` (not the key); null deletes. */
  put(key: Uint8Array, value: Uint8Array | null): void {
    const replaced = this.#current.set(key, value)
    const added = (value?.length ?? 0) - (replaced?.length ?? 0)
    this.#currentBytes += replaced === undefined ? added + key.length + entryOverhead : added
  }

  /** Rows as of this call; it survives later changes, snapshots and acknowledgements. */
  range(options: RangeOptions = {}): IterableIterator<Row> {
    const layers = [
      this.#current.range(options),
      this.#closed?.range(options) ?? nothing,
      this.#disk.range(this.space, options),
    ].filter((layer) => layer !== nothing)
    return layers.length === 0 ? nothing : new MergedRows(layers, options.reverse === true ? -1 : 1)
  }

  /** @returns the changes since the last snapshot, undefined if there are none. */
  snapshot(): SpaceRows | undefined {
    if (this.#closed) throw new StreamsError('internal', `a snapshot of ${this.space} is under way`)
    if (this.#current.size === 0) return undefined
    const rows = new PackedRows()
    for (const [key, value] of this.#current.unordered()) rows.add(key, value)
    this.#closed = this.#current
    this.#closedBytes = this.#currentBytes
    this.#current = new OrderedBytes()
    this.#currentBytes = 0
    return { space: this.space, rows: rows.bytes }
  }

  /** The last snapshot is on disk. */
  acknowledge(): void {
    this.#closed = undefined
    this.#closedBytes = 0
  }

  get memoryBytes(): number {
    return this.dirtyBytes
  }

  /** Of changes that no acknowledged snapshot covers: all that an overlay holds. */
  get dirtyBytes(): number {
    return this.#currentBytes + this.#closedBytes
  }
}
