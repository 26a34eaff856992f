import { compareBytes } from '../core/bytes.ts'
import type { ByteStore, SpaceRows } from './byte-store.ts'
import { type ChangelogOptions, ChangelogWriter } from './changelog.ts'
import { concatIterators, filterIterator, mapIterator } from './iterators.ts'
import { Overlay } from './overlay.ts'
import type { StateStore } from './state-store.ts'
import { readTimestamped, type Timestamped, timestampedRow } from './timestamped.ts'
import {
  readWindowChangelogKey,
  readWindowRowKey,
  windowChangelogKey,
  windowRowKey,
  windowStartBytes,
} from './window-keys.ts'

export interface WindowStoreOptions {
  readonly name: string
  readonly fingerprint: string
  /** How long after its start a window is kept, in stream time. ms. */
  readonly retentionMs: number
  /** Distance of window starts (the advance). With it `fetch` looks windows up, without it searches all keys of them. ms. */
  readonly stepMs?: number
  readonly changelog?: ChangelogOptions
}

export interface WindowRow extends Timestamped {
  readonly key: Uint8Array
  /** Window start, ms. */
  readonly start: number
}

/**
 * A timestamped window store for aggregates. A row is `window start int64 | record key` -> `timestamp int64 | value`, in
 * the space `<store name>/<segment>`, segment = floor(start / segmentMs); a changelog record is
 * `record key | window start int64 | 0 int32` -> `value` with the row's timestamp.
 *
 * Its own time is the latest window start put. Rows that start before that time - retention + 1 are neither read nor
 * written, whether they still exist or not (Java: AbstractRocksDBSegmentedBytesStore).
 */
export class WindowStore implements StateStore {
  readonly name: string
  readonly fingerprint: string
  readonly segmentMs: number
  readonly #retentionMs: number
  readonly #stepMs: number | undefined
  readonly #disk: ByteStore
  readonly #changelog: ChangelogWriter | undefined
  readonly #segments: Map<number, Overlay>
  #time: number

  constructor(options: WindowStoreOptions, disk: ByteStore) {
    this.name = options.name
    this.fingerprint = options.fingerprint
    this.segmentMs = segmentMs(options.retentionMs)
    this.#retentionMs = options.retentionMs
    this.#stepMs = options.stepMs
    this.#disk = disk
    this.#changelog = options.changelog && new ChangelogWriter(options.changelog)
    this.#segments = new Map(
      disk.spaces().flatMap((space) => {
        const id = this.#segmentOf(space)
        return id === undefined ? [] : [[id, new Overlay(disk, space)] as const]
      }),
    )
    this.#time = this.#latestStart()
  }

  /** The latest window start put, -1 before the first. */
  get time(): number {
    return this.#time
  }

  get(key: Uint8Array, start: number): Timestamped | undefined {
    if (start < this.#firstLive()) return undefined
    const row = this.#segments.get(this.#segmentId(start))?.get(windowRowKey(key, start))
    return row && readTimestamped(row)
  }

  /** @param value null deletes the row. Ignored when the window has expired. */
  put(key: Uint8Array, start: number, value: Uint8Array | null, timestamp: number): void {
    if (this.#apply(key, start, value, timestamp))
      this.#changelog?.put(windowChangelogKey(key, start), value, timestamp)
  }

  /** The windows of a key that start in [from, to], as of this call. End it with `return()` when not reading to the end. */
  fetch(key: Uint8Array, from: number, to: number, reverse = false): IterableIterator<WindowRow> {
    if (this.#stepMs !== undefined) return this.#lookUp(this.#stepMs, key, from, to, reverse)
    return filterIterator(this.fetchAll(from, to, reverse), (row) => compareBytes(row.key, key) === 0)
  }

  /** All rows whose windows start in [from, to], in order of start and key, as of this call. */
  fetchAll(from: number, to: number, reverse = false): IterableIterator<WindowRow> {
    const first = Math.max(from, this.#firstLive())
    const last = Math.min(to, this.#time)
    if (first > last) return [][Symbol.iterator]()
    const range = { from: windowStartBytes(first), to: windowStartBytes(last + 1), reverse }
    const rows = this.#segmentIds(reverse)
      .filter((id) => id >= this.#segmentId(first) && id <= this.#segmentId(last))
      .map((id) => this.#segments.get(id)!.range(range))
    return mapIterator(concatIterators(rows), ([key, row]) => ({
      ...readWindowRowKey(key),
      ...readTimestamped(row),
    }))
  }

  /** Applies a changelog record: a put that is not logged. */
  restore(changelogKey: Uint8Array, value: Uint8Array | null, timestamp: number): void {
    const { key, start } = readWindowChangelogKey(changelogKey)
    this.#apply(key, start, value, timestamp)
  }

  /** At a commit, before the changelog's records are produced. */
  flush(): void {
    this.#changelog?.flush()
  }

  get memoryBytes(): number {
    return this.dirtyBytes
  }

  get dirtyBytes(): number {
    let bytes = 0
    for (const rows of this.#segments.values()) bytes += rows.dirtyBytes
    return bytes
  }

  snapshot(): readonly SpaceRows[] {
    return [...this.#segments.values()].flatMap((rows) => rows.snapshot() ?? [])
  }

  acknowledge(): void {
    for (const rows of this.#segments.values()) rows.acknowledge()
  }

  expire(): readonly string[] {
    const firstLive = Math.floor((this.#time - this.#retentionMs) / this.segmentMs)
    const expired = this.#segmentIds(false).filter((id) => id < firstLive)
    for (const id of expired) this.#segments.delete(id)
    return expired.map((id) => this.#spaceOf(id))
  }

  /** Nothing to do: clean rows are not kept in memory. */
  setCapacity(): void {}

  /** @returns false when the window has expired. */
  #apply(key: Uint8Array, start: number, value: Uint8Array | null, timestamp: number): boolean {
    this.#time = Math.max(this.#time, start)
    if (start < this.#firstLive()) return false
    this.#segment(this.#segmentId(start)).put(
      windowRowKey(key, start),
      value && timestampedRow(value, timestamp),
    )
    return true
  }

  #lookUp(
    step: number,
    key: Uint8Array,
    from: number,
    to: number,
    reverse: boolean,
  ): IterableIterator<WindowRow> {
    const first = Math.ceil(Math.max(from, this.#firstLive(), 0) / step) * step
    const last = Math.min(to, this.#time)
    const rows: WindowRow[] = []
    for (let start = first; start <= last; start += step) {
      const row = this.get(key, start)
      if (row) rows.push({ key, start, ...row })
    }
    if (reverse) rows.reverse()
    return rows[Symbol.iterator]()
  }

  #firstLive(): number {
    return this.#time - this.#retentionMs + 1
  }

  #segmentId(start: number): number {
    return Math.floor(start / this.segmentMs)
  }

  #segment(id: number): Overlay {
    let rows = this.#segments.get(id)
    if (!rows) {
      rows = new Overlay(this.#disk, this.#spaceOf(id))
      this.#segments.set(id, rows)
    }
    return rows
  }

  #segmentIds(reverse: boolean): readonly number[] {
    return [...this.#segments.keys()].sort((a, b) => (reverse ? b - a : a - b))
  }

  #spaceOf(id: number): string {
    return `${this.name}/${id}`
  }

  #segmentOf(space: string): number | undefined {
    if (!space.startsWith(`${this.name}/`)) return undefined
    const id = space.slice(this.name.length + 1)
    return /^\d+$/.test(id) ? Number(id) : undefined
  }

  #latestStart(): number {
    for (const id of this.#segmentIds(true)) {
      const rows = this.#segments.get(id)!.range({ reverse: true })
      const last = rows.next()
      rows.return?.()
      if (!last.done) return readWindowRowKey(last.value[0]).start
    }
    return -1
  }
}

/** Java: Stores.persistentWindowStore, the larger of half the retention and a minute. */
export function segmentMs(retentionMs: number): number {
  return Math.max(Math.floor(retentionMs / 2), 60_000)
}
