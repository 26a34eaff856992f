/**
 * The count: `locate` finds the row of each record, `apply` changes the rows and emits. `locate` goes over the stretch in passes, so
 * that the cache misses of many records overlap.
 */
import { AddressList } from './address-list'
import { FAILS, GOOD, PASSES, statusAt, times } from './check'
import { retryEviction } from './clock'
import { address, columns, count, int32, int64, MOST, setAddress, setInt32 } from './columns'
import { change } from './emit'
import { ABSENT, ASKED, Entry, UNREAD } from './entry'
import { filter } from './filter'
import { rowHash } from './hash'
import { ledger } from './ledger'
import { alloc } from './memory'
import { program } from './program'
import { markChanged, rowFor } from './rows'
import { segmentFor } from './segments'
import { stats } from './stats'
import { Segment } from './table'
import { advance, advancePartition, isClosed, windowOf } from './window'

/** The records that count, as columns: which record, its row's hash and segment, its row. */
let records: usize = 0
let hashes: usize = 0
let segments: usize = 0
let entries: usize = 0
/** How many; how far `apply` got. */
let admitted: i32 = 0
let applied: i32 = 0

/** Rows to be read from disk. */
const missing = changetype<AddressList>(alloc(offsetof<AddressList>()))
/** Keeps the reads of `touch` from being optimized away. */
let touched: u32 = 0

export function makeAggregate(): void {
  records = alloc(4 * MOST)
  hashes = alloc(4 * MOST)
  segments = alloc(4 * MOST)
  entries = alloc(4 * MOST)
}

/** @returns how many rows must be read from disk. */
export function locate(): i32 {
  admitted = 0
  applied = 0
  missing.length = 0
  const passes = program.filter ? filter(count) : 0
  for (let i: usize = 0; i < <usize>count; i++) if (admits(i, passes)) admit(i)
  touchRows()
  findRows()
  stats.diskReads += <f64>missing.length
  return <i32>missing.length
}

/** Does the record count? If not, counts why. @param filtered a column: 1 for records that pass the filter; 0: there is none. */
@inline
function admits(index: usize, filtered: usize): bool {
  const status = statusAt(index)
  if (status > FAILS) return false
  stats.records++
  const time = int64(times, index)
  if (time < 0) {
    stats.negativeTimestamps++
    return false
  }
  advancePartition(time)
  if (status == GOOD ? filtered && !load<u8>(filtered + index) : status != PASSES) {
    stats.filtered++
    return false
  }
  if (int32(columns.keyLength, index) < 0) {
    stats.nullKeys++
    return false
  }
  if (program.dropNullValues && int32(columns.valueLength, index) < 0) {
    stats.nullValues++
    return false
  }
  return true
}

/** Moves stream time, and takes the record unless its window has closed. */
@inline
function admit(index: usize): void {
  const time = int64(times, index)
  advance(time)
  const start = windowOf(time)
  if (isClosed(start)) {
    stats.late++
    return
  }
  setInt32(records, admitted, <i32>index)
  setInt32(hashes, admitted, <i32>rowHash(start, address(columns.keyAt, index), int32(columns.keyLength, index)))
  setAddress(segments, admitted, changetype<usize>(segmentFor(start)))
  admitted++
}

function touchRows(): void {
  let sum: u32 = 0
  for (let i: usize = 0; i < <usize>admitted; i++)
    sum += changetype<Segment>(address(segments, i)).touch(int32(hashes, i))
  touched += sum
}

function findRows(): void {
  for (let i: usize = 0; i < <usize>admitted; i++) {
    const segment = changetype<Segment>(address(segments, i))
    const record = <usize>int32(records, i)
    const key = address(columns.keyAt, record)
    const start = windowOf(int64(times, record))
    const entry = rowFor(segment, int32(hashes, i), start, key, int32(columns.keyLength, record))
    setAddress(entries, i, changetype<usize>(entry))
    if (entry.timestamp == UNREAD) {
      entry.timestamp = ASKED
      missing.push(changetype<usize>(entry))
    }
  }
}

/** @returns the entry that must be read. */
export function missingRow(index: i32): usize {
  return missing.at(index)
}

/** What the disk has: a timestamp and a count, or nothing. */
export function fill(index: i32, exists: i32, timestamp: f64, count: f64): void {
  const entry = changetype<Entry>(missing.at(index))
  entry.timestamp = exists ? <i64>timestamp : ABSENT
  entry.count = exists ? <i64>count : 0
}

/** Counts and emits. @returns the number of a writer that is full, or -1 when the stretch is done. */
export function apply(): i32 {
  for (let i = applied; i < admitted; i++) {
    const entry = changetype<Entry>(address(entries, i))
    const record = <usize>int32(records, i)
    const time = int64(times, record)
    const headers = address(columns.valueAt, record) + max(int32(columns.valueLength, record), 0)
    const headersLength = int32(columns.headersLength, record)
    const full = change(entry, entry.count + 1, max(entry.timestamp, time), headers, headersLength)
    if (full >= 0) {
      applied = i
      return full
    }
    markChanged(changetype<Segment>(address(segments, i)), entry)
  }
  applied = admitted
  ledger.stretch++
  retryEviction()
  return -1
}
