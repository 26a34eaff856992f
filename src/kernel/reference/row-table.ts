import { putInt64 } from '../../core/bytes.ts'
import { PackedRows } from '../../core/packed-rows.ts'
import type { Aggregated } from '../kernel.ts'
import type { RegionWindows } from '../program.ts'

/** One count; known to be absent while `count` is undefined, not yet read from disk while `known` is false. */
export interface Row {
  readonly key: Uint8Array
  readonly start: number
  readonly segment: number
  known: boolean
  /** Its value on disk was asked for. */
  asked: boolean
  count: number | undefined
  timestamp: number
  /** Changed since the last snapshot. */
  changed: boolean
  /** In the snapshot under way. */
  inSnapshot: boolean
  /** Changed since the last commit. */
  uncommitted: boolean
}

interface Segment {
  readonly rows: Map<string, Row>
  /** In the order of their first change since the last snapshot. */
  changed: Row[]
  inSnapshot: Row[]
}

/** Estimated bytes of a row besides its key. */
const rowOverhead = 128

/** All rows of a region by segment. Nothing is ever evicted. */
export class RowTable {
  readonly #windows: RegionWindows | undefined
  readonly #segments = new Map<number, Segment>()
  #onDisk: Set<number> = new Set()
  /** The largest window start put; -1 before the first. */
  #storeTime = -1
  #usedBytes = 0
  #dirtyBytes = 0

  constructor(windows: RegionWindows | undefined) {
    this.#windows = windows
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  get dirtyBytes(): number {
    return this.#dirtyBytes
  }

  setDiskSegments(segments: readonly number[], storeTime: number): void {
    this.#storeTime = storeTime
    this.#onDisk = new Set(segments)
  }

  find(key: Uint8Array, start: number): Row | undefined {
    return this.#segments.get(this.#segmentOf(start))?.rows.get(rowName(key, start))
  }

  /** Makes the row if there is none; it is known (and absent) unless its segment has rows on disk. */
  findOrMake(key: Uint8Array, start: number): Row {
    const id = this.#segmentOf(start)
    let segment = this.#segments.get(id)
    if (segment === undefined) {
      segment = { rows: new Map(), changed: [], inSnapshot: [] }
      this.#segments.set(id, segment)
    }
    const name = rowName(key, start)
    let row = segment.rows.get(name)
    if (row === undefined) {
      row = {
        key: key.slice(),
        start,
        segment: id,
        known: !this.#onDisk.has(id),
        asked: false,
        count: undefined,
        timestamp: -1,
        changed: false,
        inSnapshot: false,
        uncommitted: false,
      }
      segment.rows.set(name, row)
      this.#usedBytes += rowSize(row)
    }
    return row
  }

  /** @param count undefined deletes the row. */
  put(row: Row, count: number | undefined, timestamp: number): void {
    row.known = true
    row.count = count
    row.timestamp = timestamp
    if (row.start > this.#storeTime) this.#storeTime = row.start
    if (row.changed) return
    row.changed = true
    this.#segments.get(row.segment)?.changed.push(row)
    if (!row.inSnapshot) this.#dirtyBytes += rowSize(row)
  }

  /** What a reader sees: rows past the retention are hidden even before their segment is dropped. */
  get(key: Uint8Array, start: number): Aggregated | undefined | 'unknown' {
    if (this.isExpired(start)) return undefined
    const row = this.find(key, start)
    if (row?.known)
      return row.count === undefined ? undefined : { value: row.count, timestamp: row.timestamp }
    return row !== undefined || this.#onDisk.has(this.#segmentOf(start)) ? 'unknown' : undefined
  }

  /** Java's AbstractRocksDBSegmentedBytesStore: older than the store's time less retention. */
  isExpired(start: number): boolean {
    return this.#windows !== undefined && start < this.#storeTime - this.#windows.retentionMs + 1
  }

  snapshot(): readonly { readonly segment: number; readonly rows: Uint8Array }[] {
    const minimum = this.#minimumSegment()
    const parts: { segment: number; rows: Uint8Array }[] = []
    for (const [id, segment] of this.#ascending()) {
      if (id < minimum || segment.changed.length === 0) continue
      const packed = new PackedRows()
      for (const row of segment.changed) {
        packed.add(storeKey(row, this.#windows), storeValue(row))
        row.changed = false
        row.inSnapshot = true
      }
      segment.inSnapshot = segment.inSnapshot.concat(segment.changed)
      segment.changed = []
      parts.push({ segment: id, rows: packed.bytes })
    }
    return parts
  }

  /** See `RegionKernel.unsaved`. */
  unsaved(
    wanted: (segment: number) => boolean,
  ): readonly { readonly segment: number; readonly rows: readonly Uint8Array[] }[] {
    return this.#ascending().flatMap(([id, { changed, inSnapshot }]) => {
      if (!wanted(id) || changed.length + inSnapshot.length === 0) return []
      const packed = new PackedRows()
      for (const row of [...changed, ...inSnapshot]) packed.add(storeKey(row, this.#windows), storeValue(row))
      return [{ segment: id, rows: [packed.bytes] }]
    })
  }

  get storeTime(): number {
    return this.#storeTime
  }

  acknowledge(): void {
    for (const segment of this.#segments.values()) {
      for (const row of segment.inSnapshot) {
        row.inSnapshot = false
        if (!row.changed) this.#dirtyBytes -= rowSize(row)
      }
      segment.inSnapshot = []
    }
  }

  /** Drops the segments that have expired, in memory or on disk. */
  expire(): readonly number[] {
    const minimum = this.#minimumSegment()
    const expired = [...new Set([...this.#segments.keys(), ...this.#onDisk])]
      .filter((id) => id < minimum)
      .sort((a, b) => a - b)
    for (const id of expired) {
      for (const row of this.#segments.get(id)?.rows.values() ?? []) {
        this.#usedBytes -= rowSize(row)
        if (row.changed || row.inSnapshot) this.#dirtyBytes -= rowSize(row)
      }
      this.#segments.delete(id)
      this.#onDisk.delete(id)
    }
    return expired
  }

  #segmentOf(start: number): number {
    return this.#windows === undefined ? 0 : Math.floor(start / this.#windows.segmentMs)
  }

  /** Segments below it have expired. */
  #minimumSegment(): number {
    if (this.#windows === undefined) return 0
    return Math.floor(Math.max(0, this.#storeTime - this.#windows.retentionMs) / this.#windows.segmentMs)
  }

  #ascending(): [number, Segment][] {
    return [...this.#segments].sort(([a], [b]) => a - b)
  }
}

function rowName(key: Uint8Array, start: number): string {
  return `${start}:${Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')}`
}

function rowSize(row: Row): number {
  return rowOverhead + row.key.length
}

/** `window start int64 | record key`, without windows the record key alone. */
export function storeKey(row: Row, windows: RegionWindows | undefined): Uint8Array {
  if (windows === undefined) return row.key
  const bytes = new Uint8Array(8 + row.key.length)
  putInt64(new DataView(bytes.buffer), 0, row.start)
  bytes.set(row.key, 8)
  return bytes
}

/** `timestamp int64 | count int64`. */
function storeValue(row: Row): Uint8Array | null {
  if (row.count === undefined) return null
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  putInt64(view, 0, row.timestamp)
  putInt64(view, 8, row.count)
  return bytes
}
