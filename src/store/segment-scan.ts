import { compareBytes } from '../core/bytes.ts'
import type { RangeOptions, Row } from './byte-store.ts'
import { filterIterator, flatMapIterator, mapIterator } from './iterators.ts'
import { keyAfter } from './key-bounds.ts'
import { MergedRows } from './merged-rows.ts'
import {
  fromTimeFirstKey,
  orderKey,
  prefixOf,
  recordKeyOf,
  type SegmentKeySchema,
  storeKeyBounds,
  storeKeyBoundsOf,
  storeKeyOf,
  timeFirstKey,
  timeOf,
  windowStoreKey,
} from './segment-keys.ts'

/** A change that a layer above the rows holds; null: deleted. */
export type Change = readonly [rowKey: Uint8Array, row: Uint8Array | null]

/** Where a query finds the rows of a window or session store, record at a time or in the kernel. */
export interface SegmentSource {
  readonly keys: SegmentKeySchema
  readonly segmentMs: number
  /** Rows begin with the window start; otherwise they are store keys. */
  readonly timeFirst: boolean
  /** Distance of window starts, if windows of one key are to be looked up. ms. */
  readonly stepMs: number | undefined
  /** Rows of earlier times have expired; what a cache has of them is found, as in Java, until it lets go. ms. */
  readonly firstLive: number
  /** The latest time, ms. */
  readonly time: number
  /** Segments that have rows or changes, in any order. */
  segments(): readonly number[]
  range(segment: number, options: RangeOptions): Iterator<Row>
  /** Changes over the rows of a segment, in order of their keys; those outside the range may be among them. */
  changes(segment: number, options: RangeOptions): readonly Change[]
  get(segment: number, rowKey: Uint8Array): Uint8Array | undefined
}

export interface StoredScan {
  /** Record keys, both inclusive. The same twice: one key. */
  readonly from?: Uint8Array
  readonly to?: Uint8Array
  /** Of windows their start, of sessions their end; both inclusive. ms. */
  readonly fromTime: number
  readonly toTime: number
  readonly reverse: boolean
}

/** A row looked at: where it stands in the order of the scan, and what it holds; undefined: nothing that is asked for. */
export type LookedAt = readonly [order: Uint8Array, found: FoundRow | undefined]

export interface FoundRow {
  readonly storeKey: Uint8Array
  readonly row: Uint8Array
}

/**
 * The rows of a query in the order in which they lie on disk, so that it can go on where another ended, and no segment is
 * sorted first: by segment, then by window start and key, or by key and time. The windows of one key come by time in both.
 * @param after the order of the last row looked at.
 */
export function scanSegments(
  source: SegmentSource,
  scan: StoredScan,
  after: Uint8Array | undefined,
): Iterator<LookedAt> {
  const fromTime = Math.max(scan.fromTime, 0)
  const toTime = Math.min(scan.toTime, source.time)
  if (fromTime > toTime) return [][Symbol.iterator]()
  const live = { ...scan, fromTime, toTime }
  if (source.timeFirst && source.stepMs !== undefined && isOneKey(live))
    return lookUp(source, live, live.from, source.stepMs, after)
  const first = Math.floor(fromTime / source.segmentMs)
  const last = Math.floor(toTime / source.segmentMs)
  const resumed = after && prefixOf(after)
  const ids = source
    .segments()
    .filter((id) => id >= first && id <= last)
    .filter((id) => resumed === undefined || (scan.reverse ? id <= resumed : id >= resumed))
    .sort((a, b) => (scan.reverse ? b - a : a - b))
  return flatMapIterator(ids[Symbol.iterator](), (id) =>
    scanSegment(source, live, id, after && prefixOf(after) === id ? storeKeyOf(after) : undefined),
  )
}

function scanSegment(
  source: SegmentSource,
  scan: StoredScan,
  id: number,
  after: Uint8Array | undefined,
): IterableIterator<LookedAt> {
  const { reverse } = scan
  const options = { ...resumed(boundsOf(source, scan), after, reverse), reverse }
  const changes = source.changes(id, options).filter(([key]) => isWithin(options, key))
  const layers: Iterator<Change>[] = [reverse ? changes.reverse().values() : changes.values()]
  const timeOfRow = (rowKey: Uint8Array): number =>
    source.timeFirst ? prefixOf(rowKey) : timeOf(rowKey, source.keys)
  const isLive = ([rowKey]: Row): boolean => timeOfRow(rowKey) >= source.firstLive
  const hasLive = (id + 1) * source.segmentMs > source.firstLive
  if (hasLive) layers.push(filterIterator(source.range(id, options), isLive))
  return mapIterator(new MergedRows(layers, reverse ? -1 : 1), ([rowKey, row]) => {
    const storeKey = source.timeFirst ? fromTimeFirstKey(rowKey) : rowKey
    const isAsked = selects(source, scan, storeKey)
    return [orderKey(id, rowKey), isAsked ? { storeKey, row } : undefined] as const
  })
}

/** The windows of one key, where it is known when they begin. */
function* lookUp(
  source: SegmentSource,
  { fromTime, toTime, reverse }: StoredScan,
  key: Uint8Array,
  stepMs: number,
  after: Uint8Array | undefined,
): Generator<LookedAt, undefined> {
  const step = reverse ? -stepMs : stepMs
  let start = reverse ? Math.floor(toTime / stepMs) * stepMs : Math.ceil(fromTime / stepMs) * stepMs
  if (after) start = prefixOf(storeKeyOf(after)) + step
  for (; start >= fromTime && start <= toTime; start += step) {
    const storeKey = windowStoreKey(key, start, 0)
    const rowKey = timeFirstKey(storeKey)
    const segment = Math.floor(start / source.segmentMs)
    const row = source.get(segment, rowKey)
    yield [orderKey(segment, rowKey), row && { storeKey, row }]
  }
}

function boundsOf({ timeFirst, time }: SegmentSource, scan: StoredScan): RangeOptions {
  if (timeFirst) return { from: timeBytes(scan.fromTime), to: timeBytes(scan.toTime + 1) }
  return isOneKey(scan)
    ? storeKeyBoundsOf(scan.from, scan.fromTime, scan.toTime)
    : storeKeyBounds(scan.from, scan.to, time)
}

/** The rest of a range, behind the row last looked at. */
export function resumed(range: RangeOptions, after: Uint8Array | undefined, reverse: boolean): RangeOptions {
  if (!after) return range
  return reverse ? { ...range, to: after } : { ...range, from: keyAfter(after) }
}

export function isWithin({ from, to }: RangeOptions, key: Uint8Array): boolean {
  return (!from || compareBytes(key, from) >= 0) && (!to || compareBytes(key, to) < 0)
}

function selects({ keys }: SegmentSource, scan: StoredScan, storeKey: Uint8Array): boolean {
  const time = timeOf(storeKey, keys)
  if (time < scan.fromTime || time > scan.toTime) return false
  const key = recordKeyOf(storeKey, keys)
  return (!scan.from || compareBytes(key, scan.from) >= 0) && (!scan.to || compareBytes(key, scan.to) <= 0)
}

function isOneKey(scan: StoredScan): scan is StoredScan & { readonly from: Uint8Array } {
  return scan.from !== undefined && scan.to !== undefined && compareBytes(scan.from, scan.to) === 0
}

function timeBytes(time: number): Uint8Array {
  return orderKey(Math.min(time, Number.MAX_SAFE_INTEGER), new Uint8Array(0))
}
