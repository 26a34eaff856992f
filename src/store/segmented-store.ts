import { compareBytes } from '../core/bytes.ts'
import type { RangeOptions, Row } from './byte-store.ts'
import type { BytesStore } from './bytes-store.ts'
import type { RowLog } from './changelog.ts'
import type { ChangelogRecord } from './changelog-record.ts'
import { concatIterators, filterIterator, mapIterator } from './iterators.ts'
import type { CacheSpace } from './record-cache.ts'
import type { RowFormat } from './row-format.ts'
import type { RowSpaces } from './rows.ts'
import {
  fromTimeFirstKey,
  orderKey,
  prefixOf,
  recordKeyOf,
  type SegmentKeySchema,
  sequenceOf,
  storeKeyBounds,
  storeKeyBoundsOf,
  storeKeyOf,
  timeFirstKey,
  timeOf,
  windowStoreKey,
} from './segment-keys.ts'
import { SegmentedRows } from './segmented-rows.ts'

export interface SegmentedStoreOptions {
  readonly name: string
  readonly segmentMs: number
  readonly retentionMs: number
  readonly keys: SegmentKeySchema
  /** Rows on disk begin with the window start, as the kernel has them. */
  readonly timeFirst: boolean
  /** Of sessions with final results, see `SegmentedRowsOptions`. */
  readonly takesExpired?: boolean
  /** Scans go by time and then key, instead of by segment and then key. */
  readonly timeOrdered: boolean
  /** Distance of window starts: with it the windows of one key are looked up, without they are searched. ms. */
  readonly stepMs?: number
  readonly retainDuplicates: boolean
  readonly format: RowFormat
  readonly log: RowLog
  /** Told of each put that came too late. */
  expired?(): void
}

export interface SegmentScan {
  /** Record keys, both inclusive. The same twice: one key. */
  readonly from?: Uint8Array
  readonly to?: Uint8Array
  /** Of windows their start, of sessions their end; both inclusive. ms. */
  readonly fromTime: number
  readonly toTime: number
  readonly reverse?: boolean
  /** Rows that have expired are found as long as they are there. */
  readonly expiredToo?: boolean
  /** Of the store key. */
  accepts?(storeKey: Uint8Array): boolean
}

type Entry = readonly [key: Uint8Array, row: Uint8Array | null]

/**
 * A window or session store of bytes (Java's AbstractRocksDBSegmentedBytesStore). Keys are order keys, see segment-keys;
 * a changelog record is `store key` -> `value`.
 */
export class SegmentedBytesStore implements BytesStore<SegmentScan> {
  readonly checkpointed: SegmentedRows
  readonly #options: SegmentedStoreOptions

  constructor(options: SegmentedStoreOptions, spaces: RowSpaces) {
    this.#options = options
    this.checkpointed = new SegmentedRows(options, spaces)
  }

  /** The latest time put, ms; -1 before the first. */
  get time(): number {
    return this.checkpointed.time
  }

  /** How its rows lie, for queries. */
  get layout(): Pick<SegmentedStoreOptions, 'keys' | 'segmentMs' | 'timeFirst'> & {
    readonly stepMs: number | undefined
  } {
    const { keys, segmentMs, timeFirst, stepMs } = this.#options
    return { keys, segmentMs, timeFirst, stepMs }
  }

  /** How the layers of this store know a row. */
  orderKey(storeKey: Uint8Array): Uint8Array {
    const time = timeOf(storeKey, this.#options.keys)
    return orderKey(this.#options.timeOrdered ? time : this.checkpointed.segmentId(time), storeKey)
  }

  /** For the next of several values of one key and start. */
  nextSequence(): number {
    return this.checkpointed.nextSequence()
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const storeKey = storeKeyOf(key)
    return this.checkpointed.get(timeOf(storeKey, this.#options.keys), this.#rowKey(storeKey))
  }

  put(key: Uint8Array, row: Uint8Array | null): void {
    const storeKey = storeKeyOf(key)
    const { log, retainDuplicates } = this.#options
    // Java logs a deletion of a store that has nothing to delete.
    if (row === null && retainDuplicates) log.put(storeKey, null)
    else if (this.#apply(storeKey, row)) log.put(storeKey, row)
    else {
      log.putRefused(storeKey, row)
      this.#options.expired?.()
    }
  }

  /** Applies a changelog record: a put that is not logged. */
  restore({ key, value, timestamp }: Pick<ChangelogRecord, 'key' | 'value' | 'timestamp'>): void {
    const { format, retainDuplicates } = this.#options
    if (retainDuplicates) {
      this.checkpointed.passSequence(sequenceOf(key))
      if (value === null) return
    }
    this.#apply(key, value && format.rowOf(value, timestamp))
  }

  scan(scan: SegmentScan): IterableIterator<Row> {
    const fromTime = scan.expiredToo ? scan.fromTime : Math.max(scan.fromTime, this.checkpointed.firstLive)
    const toTime = Math.min(scan.toTime, this.time)
    if (fromTime > toTime) return [][Symbol.iterator]()
    const live = { ...scan, fromTime, toTime }
    if (this.#options.stepMs !== undefined && isOneKey(live))
      return this.#lookUp(live, live.from, this.#options.stepMs)
    const segments = this.checkpointed.segmentIds(fromTime, toTime, scan.reverse)
    if (isOneKey(live) && !this.#options.timeFirst && !this.#options.timeOrdered)
      return this.#ofOneKey(segments, live)[Symbol.iterator]()
    return concatIterators(segments.map((segment) => this.#scanSegment(segment, live)))
  }

  scanCache(cache: CacheSpace, scan: SegmentScan): Iterator<Entry> {
    const { timeOrdered } = this.#options
    if (timeOrdered) return filterIterator(cache.range(ordered(scan)), ([key]) => this.#selects(scan, key))
    const segments: Iterator<Entry>[] = []
    // Seeks from segment to segment, since there may be few entries in a long time.
    let next = this.checkpointed.segmentId(scan.fromTime)
    const last = this.checkpointed.segmentId(scan.toTime)
    for (;;) {
      const found = firstPrefix(cache.range({ from: prefixBytes(next) }))
      if (found === undefined || found > last) break
      const bounds = prefixed(found, this.#bounds(scan, scan.toTime))
      segments.push(cache.range({ ...bounds, reverse: scan.reverse === true }))
      next = found + 1
    }
    if (scan.reverse) segments.reverse()
    return filterIterator(concatIterators(segments), ([key]) => this.#selects(scan, key))
  }

  count(): number {
    let count = 0
    for (const _ of this.scan({ fromTime: 0, toTime: Number.MAX_SAFE_INTEGER })) count++
    return count
  }

  /** @returns false when the row has expired. */
  #apply(storeKey: Uint8Array, row: Uint8Array | null): boolean {
    return this.checkpointed.put(timeOf(storeKey, this.#options.keys), this.#rowKey(storeKey), row)
  }

  #rowKey(storeKey: Uint8Array): Uint8Array {
    return this.#options.timeFirst ? timeFirstKey(storeKey) : storeKey
  }

  /** What scans do most often: few rows, whose bounds leave nothing to select but keys of another length. */
  #ofOneKey(segments: readonly number[], scan: SegmentScan & { readonly from: Uint8Array }): Row[] {
    const length = scan.from.length + this.#options.keys.suffixBytes
    const bounds = {
      ...storeKeyBoundsOf(scan.from, scan.fromTime, scan.toTime),
      reverse: scan.reverse === true,
    }
    const found: Row[] = []
    for (const segment of segments) {
      for (const [storeKey, row] of this.checkpointed.range(segment, bounds))
        if (storeKey.length === length && (scan.accepts?.(storeKey) ?? true))
          found.push([orderKey(segment, storeKey), row])
    }
    return found
  }

  #scanSegment(segment: number, scan: SegmentScan): IterableIterator<Row> {
    const { timeFirst, timeOrdered } = this.#options
    const bounds = timeFirst ? timeBounds(scan) : this.#bounds(scan, this.time)
    const rows = this.checkpointed.range(segment, { ...bounds, reverse: scan.reverse === true })
    const found = filterIterator(
      mapIterator(rows, ([key, row]) => {
        const storeKey = timeFirst ? fromTimeFirstKey(key) : key
        return [this.orderKey(storeKey), row] as const
      }),
      ([key]) => this.#selects(scan, key),
    )
    return timeFirst === timeOrdered ? found : sorted(found, scan.reverse === true)
  }

  #bounds(scan: SegmentScan, maxTime: number): RangeOptions {
    return isOneKey(scan)
      ? storeKeyBoundsOf(scan.from, scan.fromTime, scan.toTime)
      : storeKeyBounds(scan.from, scan.to, maxTime)
  }

  #selects(scan: SegmentScan, key: Uint8Array): boolean {
    const { keys } = this.#options
    const storeKey = storeKeyOf(key)
    const time = timeOf(storeKey, keys)
    if (time < scan.fromTime || time > scan.toTime) return false
    const recordKey = recordKeyOf(storeKey, keys)
    if (scan.from && compareBytes(recordKey, scan.from) < 0) return false
    if (scan.to && compareBytes(recordKey, scan.to) > 0) return false
    return scan.accepts?.(storeKey) ?? true
  }

  /** The windows of one key, where it is known when they begin. */
  #lookUp(scan: SegmentScan, key: Uint8Array, stepMs: number): IterableIterator<Row> {
    const rows: Row[] = []
    const first = Math.ceil(Math.max(scan.fromTime, 0) / stepMs) * stepMs
    for (let start = first; start <= scan.toTime; start += stepMs) {
      const ordered = this.orderKey(windowStoreKey(key, start, 0))
      const row = this.get(ordered)
      if (row) rows.push([ordered, row])
    }
    if (scan.reverse) rows.reverse()
    return rows[Symbol.iterator]()
  }
}

function isOneKey(scan: SegmentScan): scan is SegmentScan & { readonly from: Uint8Array } {
  return scan.from !== undefined && scan.to !== undefined && compareBytes(scan.from, scan.to) === 0
}

/** Of rows that begin with their time. */
function timeBounds({ fromTime, toTime }: SegmentScan): RangeOptions {
  return { from: prefixBytes(fromTime), to: prefixBytes(toTime + 1) }
}

function ordered(scan: SegmentScan): RangeOptions {
  return { ...timeBounds(scan), reverse: scan.reverse === true }
}

function prefixed(prefix: number, { from, to }: RangeOptions): RangeOptions {
  return {
    from: from ? orderKey(prefix, from) : prefixBytes(prefix),
    to: to ? orderKey(prefix, to) : prefixBytes(prefix + 1),
  }
}

function prefixBytes(prefix: number): Uint8Array {
  return orderKey(Math.max(0, Math.min(prefix, Number.MAX_SAFE_INTEGER)), new Uint8Array(0))
}

function firstPrefix(entries: Iterator<Entry>): number | undefined {
  const first = entries.next()
  entries.return?.()
  return first.done ? undefined : prefixOf(first.value[0])
}

function sorted(rows: Iterable<Row>, reverse: boolean): IterableIterator<Row> {
  const direction = reverse ? -1 : 1
  return [...rows].sort(([a], [b]) => direction * compareBytes(a, b))[Symbol.iterator]()
}
