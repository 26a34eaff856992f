import { readInt64, writeInt64 } from '../core/int64-bytes.ts'
import type { RangeOptions, Row, SpaceRows } from './byte-store.ts'
import type { CheckpointedRows, RowSpaces, Rows } from './rows.ts'

export interface SegmentedRowsOptions {
  readonly name: string
  /** Each segment's rows are of so much time, and have a space of their own, `<store name>/<segment>`. ms. */
  readonly segmentMs: number
  /** Rows older than the latest one less this have expired. ms. */
  readonly retentionMs: number
  /** Rows begin with their time. */
  readonly timeFirst: boolean
  /** Rows that have expired are written as long as their segment is there; who asks for `range` sees them. */
  readonly takesExpired?: boolean
}

/** Of the one row in `<store name>/time`, which keeps the store's own time: `time int64 | sequence int32`. */
const noKey = new Uint8Array(0)
const maxSequence = 0x7fff_ffff

/**
 * Rows by segments of time (Java's Segments). Their own time is the latest that was put. Rows before that time - retention
 * + 1 are neither read nor written, whether they still exist or not; segments in which there can be no others are dropped.
 */
export class SegmentedRows implements CheckpointedRows {
  readonly #options: SegmentedRowsOptions
  readonly #spaces: RowSpaces
  readonly #segments: Map<number, Rows>
  readonly #timeRow: Rows
  #time: number
  #sequence: number
  /** The row of the time does not say the time and sequence as they are. */
  #moved = false

  constructor(options: SegmentedRowsOptions, spaces: RowSpaces) {
    this.#options = options
    this.#spaces = spaces
    this.#segments = new Map(
      spaces.names().flatMap((space) => {
        const id = this.#segmentOf(space)
        return id === undefined ? [] : [[id, spaces.open(space)] as const]
      }),
    )
    this.#timeRow = spaces.openOwn(`${options.name}/time`)
    const row = this.#timeRow.get(noKey)
    this.#time = row ? readInt64(row, 0) : -1
    this.#sequence = row ? viewOf(row).getInt32(8) : 0
    // The kernel keeps its time in its rows only.
    if (options.timeFirst) this.#time = Math.max(this.#time, this.#latestStart())
  }

  /** The latest time put, ms; -1 before the first. */
  get time(): number {
    return this.#time
  }

  /** The earliest time that has not expired. */
  get firstLive(): number {
    return this.#time - this.#options.retentionMs + 1
  }

  advance(time: number): void {
    if (time <= this.#time) return
    this.#time = time
    this.#moved = true
  }

  /** Tells rows of one key and time apart, from 1. Java begins anew after a restart, and overwrites rows. */
  nextSequence(): number {
    this.#moved = true
    this.#sequence = (this.#sequence + 1) & maxSequence
    return this.#sequence
  }

  /** The sequence is in use. */
  passSequence(sequence: number): void {
    this.#moved = true
    this.#sequence = Math.max(this.#sequence, sequence)
  }

  segmentId(time: number): number {
    return Math.floor(time / this.#options.segmentMs)
  }

  /** Segments that hold times within the bounds, in order. */
  segmentIds(from: number, to: number, reverse = false): readonly number[] {
    const first = this.segmentId(from)
    const last = this.segmentId(to)
    return [...this.#segments.keys()]
      .filter((id) => id >= first && id <= last)
      .sort((a, b) => (reverse ? b - a : a - b))
  }

  get(time: number, key: Uint8Array): Uint8Array | undefined {
    if (time < this.firstLive) return undefined
    return this.#segments.get(this.segmentId(time))?.get(key)
  }

  /** Moves the time on. @returns false, and does nothing else, if the row has expired. */
  put(time: number, key: Uint8Array, row: Uint8Array | null): boolean {
    this.advance(time)
    if (time < this.firstLive && !this.#takesExpired(time)) return false
    this.#segment(this.segmentId(time)).put(key, row)
    return true
  }

  /** Rows of one segment, expired ones too. */
  range(segment: number, options?: RangeOptions): IterableIterator<Row> {
    return this.#segments.get(segment)?.range(options) ?? [][Symbol.iterator]()
  }

  get memoryBytes(): number {
    return this.#sum((rows) => rows.memoryBytes)
  }

  get memoryRows(): number {
    return this.#sum((rows) => rows.memoryRows ?? 0)
  }

  get dirtyBytes(): number {
    return this.#sum((rows) => rows.dirtyBytes)
  }

  snapshot(): readonly SpaceRows[] {
    if (this.#moved) this.#timeRow.put(noKey, timeRow(this.#time, this.#sequence))
    this.#moved = false
    return this.#all().flatMap((rows) => rows.snapshot() ?? [])
  }

  acknowledge(): void {
    for (const rows of this.#all()) rows.acknowledge()
  }

  expire(): readonly string[] {
    const expired = [...this.#segments.keys()].filter((id) => id < this.#firstSegment).sort((a, b) => a - b)
    for (const id of expired) {
      this.#segments.delete(id)
      this.#spaces.forget?.(this.#spaceOf(id))
    }
    return expired.map((id) => this.#spaceOf(id))
  }

  get #firstSegment(): number {
    return this.segmentId(this.#time - this.#options.retentionMs)
  }

  #takesExpired(time: number): boolean {
    return this.#options.takesExpired === true && this.segmentId(time) >= this.#firstSegment
  }

  #all(): Rows[] {
    return [...this.#segments.values(), this.#timeRow]
  }

  #sum(of: (rows: Rows) => number): number {
    return this.#all().reduce((sum, rows) => sum + of(rows), 0)
  }

  #segment(id: number): Rows {
    let rows = this.#segments.get(id)
    if (!rows) {
      rows = this.#spaces.open(this.#spaceOf(id))
      this.#segments.set(id, rows)
    }
    return rows
  }

  #spaceOf(id: number): string {
    return `${this.#options.name}/${id}`
  }

  #segmentOf(space: string): number | undefined {
    const { name } = this.#options
    if (!space.startsWith(`${name}/`)) return undefined
    const id = space.slice(name.length + 1)
    return /^\d+$/.test(id) ? Number(id) : undefined
  }

  /** The time of the last row on disk. */
  #latestStart(): number {
    for (const id of [...this.#segments.keys()].sort((a, b) => b - a)) {
      const rows = this.range(id, { reverse: true })
      const last = rows.next()
      rows.return?.()
      if (!last.done) return readInt64(last.value[0], 0)
    }
    return -1
  }
}

/** Java: Stores.persistentWindowStore, the larger of half the retention and a minute. */
export function segmentMs(retentionMs: number): number {
  return Math.max(Math.floor(retentionMs / 2), 60_000)
}

function timeRow(time: number, sequence: number): Uint8Array {
  const row = new Uint8Array(12)
  writeInt64(row, 0, time)
  viewOf(row).setInt32(8, sequence)
  return row
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
