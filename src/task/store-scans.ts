import { StreamsError } from '../core/errors.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { RangeOptions, Row } from '../store/byte-store.ts'
import { mapIterator } from '../store/iterators.ts'
import type { RowFormat } from '../store/row-format.ts'
import { recordKeyOf, sessionKeys, sessionStartOf, timeOf, windowKeys } from '../store/segment-keys.ts'
import { type FoundRow, resumed, type SegmentSource, scanSegments } from '../store/segment-scan.ts'
import type { Version } from '../store/versioned-store.ts'
import type { QueriedStore, StoreScan } from './queried-store.ts'
import type { ScanQuestion, StoreRow } from './store-question.ts'

// How queries read many rows of each kind of store.

type Scan = NonNullable<QueriedStore['scan']>

const none = -1

export function keyValueScan(
  spec: StoreSpec,
  range: (options: RangeOptions) => Iterator<Row>,
  format: RowFormat,
): Scan {
  return (question, after) => {
    const reverse = 'reverse' in question && question.reverse
    const rows = range({ ...resumed(keyRange(spec, question), after, reverse), reverse })
    return rowsOf(
      mapIterator(rows, ([key, row]) => [
        key,
        {
          order: key,
          key,
          value: format.valueOf(row),
          timestamp: format.timestampOf(row) ?? none,
          start: 0,
          end: none,
        },
      ]),
    )
  }
}

/** Of window and session stores. @param open as of the call: what waits in a cache may move at any time. */
export function segmentedScan(
  spec: StoreSpec,
  open: (question: WindowsQuestion) => SegmentSource,
  format: RowFormat,
): Scan {
  const rowOf = spec.kind === 'session' ? sessionRow : windowRow(spec)
  return (question, after) => {
    const windows = windowsOf(spec, question)
    if (after && after.length < shortestOrder) throw wrong(spec, 'the place to go on at is too short')
    return mapIterator(scanSegments(open(windows), windows, after), ([order, found]) => {
      const row = found && rowOf(order, found, format)
      return [order, row && row.start <= windows.latestStart ? row : undefined] as const
    }) as StoreScan
  }
}

/** A segment and a time, or a segment and a key of a window at least. */
const shortestOrder = 16

export function versionedScan(
  spec: StoreSpec,
  latest: (options: RangeOptions) => Iterator<Row>,
  format: RowFormat,
  versions: (key: Uint8Array, fromTime: number, toTime: number) => readonly Version[],
): Scan {
  const ofLatest = keyValueScan(spec, latest, format)
  return (question, after) => {
    if (question.kind !== 'versions') return ofLatest(question, after)
    const { key, fromTime, toTime, reverse } = question
    const found = versions(key, fromTime, toTime).map(({ value, timestamp, validTo }) => {
      const order = int64Bytes(timestamp)
      const row = { order, key, value, timestamp, start: timestamp, end: validTo ?? none }
      return [order, row] as const
    })
    if (reverse) found.reverse()
    const rest = after ? found.filter(([order]) => isBehind(order, after, reverse)) : found
    return rowsOf(rest.values())
  }
}

type WindowsQuestion = Extract<ScanQuestion, { kind: 'windows' }>

const everything: WindowsQuestion = {
  kind: 'windows',
  fromTime: 0,
  toTime: Number.MAX_SAFE_INTEGER,
  latestStart: Number.MAX_SAFE_INTEGER,
  reverse: false,
}

function windowsOf(spec: StoreSpec, question: ScanQuestion): WindowsQuestion {
  if (question.kind === 'windows') return question
  if (question.kind === 'count') return everything
  throw wrong(spec, `it has windows, and cannot answer '${question.kind}'`)
}

function keyRange(spec: StoreSpec, question: ScanQuestion): RangeOptions {
  if (question.kind === 'count') return {}
  if (question.kind !== 'range') throw wrong(spec, `it has no windows, and cannot answer '${question.kind}'`)
  const { from, before } = question
  return { ...(from && { from }), ...(before && { to: before }) }
}

/** @throws StreamsError `query-unsupported` */
export function wrong({ name, kind }: StoreSpec, problem: string): StreamsError {
  return new StreamsError('query-unsupported', `store '${name}' (${kind}): ${problem}`)
}

function sessionRow(order: Uint8Array, { storeKey, row }: FoundRow, format: RowFormat): StoreRow {
  return {
    order,
    key: recordKeyOf(storeKey, sessionKeys),
    value: format.valueOf(row),
    timestamp: format.timestampOf(row) ?? none,
    start: sessionStartOf(storeKey),
    end: timeOf(storeKey, sessionKeys),
  }
}

function windowRow(spec: StoreSpec): typeof sessionRow {
  const sizeMs = spec.kind === 'window' ? spec.windowSizeMs : 0
  return (order, { storeKey, row }, format) => {
    const start = timeOf(storeKey, windowKeys)
    return {
      order,
      key: recordKeyOf(storeKey, windowKeys),
      value: format.valueOf(row),
      timestamp: format.timestampOf(row) ?? none,
      start,
      end: Math.min(start + sizeMs, Number.MAX_SAFE_INTEGER),
    }
  }
}

function rowsOf(rows: Iterator<readonly [Uint8Array, StoreRow]>): StoreScan {
  return rows as StoreScan
}

function int64Bytes(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return new Uint8Array(bytes)
}

function isBehind(order: Uint8Array, after: Uint8Array, reverse: boolean): boolean {
  const compared = Buffer.compare(order, after)
  return reverse ? compared < 0 : compared > 0
}
