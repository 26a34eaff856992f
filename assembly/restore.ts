/** Rows from the changelog. */
import { get64 } from './bytes'
import { retryEviction } from './clock'
import { address, columns, count, int32, int64 } from './columns'
import { ABSENT } from './entry'
import { rowHash } from './hash'
import { ledger } from './ledger'
import { program } from './program'
import { markChanged, rowFor } from './rows'
import { segmentFor } from './segments'

/** Behind the record key: window start int64 and sequence number int32. */
const WINDOW_BYTES: i32 = 12
const COUNT_BYTES: i32 = 8
const SAFE: i64 = 0x1fffffffffffff

/** What was wrong; src/kernel/wasm/region.ts has the words. */
const KEY: i32 = 1
const VALUE: i32 = 2
const START: i32 = 3
const COUNT: i32 = 4

/** The record that was wrong. */
let malformed: i32 = 0

export function malformedRecord(): i32 {
  return malformed
}

/** Applies the records last decoded, in order. @returns 0, or what is wrong with `malformedRecord`. */
export function restore(): i32 {
  for (let i: usize = 0; i < <usize>count; i++) {
    const problem = restoreRecord(i)
    if (!problem) continue
    malformed = <i32>i
    return problem
  }
  // They are needed no more than any others: a standby, which never counts, would keep all of them.
  ledger.stretch++
  retryEviction()
  return 0
}

@inline
function restoreRecord(index: usize): i32 {
  const key = address(columns.keyAt, index)
  const keyLength = int32(columns.keyLength, index) - (program.windowed ? WINDOW_BYTES : 0)
  if (keyLength < 0) return KEY
  const start = program.windowed ? get64(key + keyLength) : 0
  if (<u64>start > <u64>SAFE) return START
  const valueLength = int32(columns.valueLength, index)
  if (valueLength >= 0 && valueLength != COUNT_BYTES) return VALUE
  const rowCount = valueLength < 0 ? 0 : get64(address(columns.valueAt, index))
  if (<u64>rowCount > <u64>SAFE) return COUNT

  const segment = segmentFor(start)
  const row = rowFor(segment, rowHash(start, key, keyLength), start, key, keyLength)
  row.count = rowCount
  row.timestamp = valueLength < 0 ? ABSENT : int64(columns.timestamp, index)
  markChanged(segment, row)
  return 0
}
