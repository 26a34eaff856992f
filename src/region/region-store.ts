import { getInt64, putInt64 } from '../core/bytes.ts'
import { forEachRow } from '../core/packed-rows.ts'
import type { Aggregated, Kernel, RegionKernel } from '../kernel/kernel.ts'
import type { ByteStore, RangeOptions, Row, SpaceRows } from '../store/byte-store.ts'
import { MergedRows } from '../store/merged-rows.ts'
import { OrderedBytes } from '../store/ordered-bytes.ts'
import { isWithin } from '../store/segment-scan.ts'
import type { StateStore } from '../store/state-store.ts'
import { regionOf } from './region.ts'

export interface RegionStoreOptions {
  readonly name: string
  readonly fingerprint: string
  /** Java's segment interval; absent in a store without windows. */
  readonly segmentMs?: number
}

/** The kernel's table as a state store: the rows it evicted are read back from the task's byte store. */
export class RegionStore implements StateStore {
  readonly name: string
  readonly fingerprint: string
  readonly #segmentMs: number | undefined
  readonly #region: RegionKernel
  readonly #rows: ByteStore

  constructor(options: RegionStoreOptions, kernel: Kernel, rows: ByteStore) {
    this.name = options.name
    this.fingerprint = options.fingerprint
    this.#segmentMs = options.segmentMs
    this.#region = regionOf(kernel)
    this.#rows = rows
    const segments = rows.spaces().flatMap((space) => this.#segmentOf(space) ?? [])
    this.#region.setDiskSegments(segments, this.#latestStart(segments))
  }

  get memoryBytes(): number {
    return this.#region.usedBytes
  }

  get dirtyBytes(): number {
    return this.#region.dirtyBytes
  }

  read(segment: number, key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(this.#spaceOf(segment), key)
  }

  snapshot(): readonly SpaceRows[] {
    return this.#region.snapshot().map(({ segment, rows }) => ({ space: this.#spaceOf(segment), rows }))
  }

  acknowledge(): void {
    this.#region.acknowledge()
  }

  expire(): readonly string[] {
    return this.#region.expire().map((segment) => this.#spaceOf(segment))
  }

  setCapacity(bytes: number): void {
    this.#region.setCapacity(bytes)
  }

  /** @param windowStart ms; 0 in a store without windows. */
  get(key: Uint8Array, windowStart: number): Aggregated | undefined {
    const found = this.#region.get(key, windowStart)
    if (found !== 'unknown') return found
    const row =
      this.#segmentMs === undefined
        ? this.read(0, key)
        : this.read(Math.floor(windowStart / this.#segmentMs), windowedRowKey(key, windowStart))
    if (!row) return undefined
    return { timestamp: readInt64(row, 0), value: readInt64(row, 8) }
  }

  /** The latest window start, ms; -1 before the first. */
  get time(): number {
    return this.#region.storeTime
  }

  /** Segments that have rows, in memory or on disk. */
  segments(): readonly number[] {
    const inMemory: number[] = []
    this.#region.unsaved((segment) => {
      inMemory.push(segment)
      return false
    })
    return [
      ...new Set([...inMemory, ...this.#rows.spaces().flatMap((space) => this.#segmentOf(space) ?? [])]),
    ]
  }

  /** Rows of a segment, 0 without windows, in order of their keys; as of this call. */
  range(segment: number, options: RangeOptions): IterableIterator<Row> {
    const unsaved = new OrderedBytes<Uint8Array | null>()
    for (const { rows } of this.#region.unsaved((id) => id === segment))
      for (const block of rows)
        forEachRow(block, (key, row) => {
          if (isWithin(options, key)) unsaved.set(key, row)
        })
    const layers = [unsaved.range(options), this.#rows.range(this.#spaceOf(segment), options)]
    return new MergedRows(layers, options.reverse === true ? -1 : 1)
  }

  /** @param rowKey with the window start, in a store with windows. */
  row(rowKey: Uint8Array): Uint8Array | undefined {
    const start = this.#segmentMs === undefined ? 0 : readInt64(rowKey, 0)
    const found = this.get(this.#segmentMs === undefined ? rowKey : rowKey.subarray(8), start)
    if (!found) return undefined
    const row = new Uint8Array(16)
    const view = new DataView(row.buffer)
    putInt64(view, 0, found.timestamp)
    putInt64(view, 8, found.value)
    return row
  }

  /** Applies the records last decoded as changelog records. */
  restore(): void {
    this.#region.restore()
  }

  /** The window start of the last row on disk, -1 if there is none. */
  #latestStart(segments: readonly number[]): number {
    if (this.#segmentMs === undefined) return segments.length > 0 ? 0 : -1
    for (const segment of [...segments].sort((a, b) => b - a)) {
      const rows = this.#rows.range(this.#spaceOf(segment), { reverse: true })
      const last = rows.next()
      rows.return?.()
      if (!last.done) return readInt64(last.value[0], 0)
    }
    return -1
  }

  #spaceOf(segment: number): string {
    return this.#segmentMs === undefined ? this.name : `${this.name}/${segment}`
  }

  #segmentOf(space: string): number | undefined {
    if (this.#segmentMs === undefined) return space === this.name ? 0 : undefined
    if (!space.startsWith(`${this.name}/`)) return undefined
    const id = space.slice(this.name.length + 1)
    // Record at a time there is one that keeps the store's time.
    return /^\d+$/.test(id) ? Number(id) : undefined
  }
}

function readInt64(bytes: Uint8Array, at: number): number {
  return getInt64(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at)
}

function windowedRowKey(key: Uint8Array, windowStart: number): Uint8Array {
  const row = new Uint8Array(8 + key.length)
  putInt64(new DataView(row.buffer), 0, windowStart)
  row.set(key, 8)
  return row
}
