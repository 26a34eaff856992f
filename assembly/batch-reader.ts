/**
 * Record batches v2 into columns. Each length, count and varint is checked before it is used: bytes come from the network.
 *
 *   0 baseOffset i64 | 8 batchLength i32 | 12 leaderEpoch i32 | 16 magic i8 | 17 crc u32 | 21 attributes i16
 *   23 lastOffsetDelta i32 | 27 baseTimestamp i64 | 35 maxTimestamp i64 | 43 producerId i64 | 51 producerEpoch i16
 *   53 baseSequence i32 | 57 count i32 | records
 *   record: length | attributes i8 | timestampDelta | offsetDelta | keyLength | key | valueLength | value | headers
 */
import { get16, get32, get64 } from './bytes'
import { columns, MOST, setAddress, setCount, setInt32, setInt64 } from './columns'
import { crc32c } from './crc32c'
import { giveBlock, orderOf, takeBlock } from './memory'
import { clearOverlong, overlong, varint, varintSize, varlong, varlongSize } from './varint'

export const HEADER: usize = 61
/** Bytes that batchLength does not count. */
const UNCOUNTED: usize = 12
const SMALLEST_RECORD: i64 = 7
/** Varints and SIMD loads may look this far past the input. */
const PADDING: usize = 64

const COMPRESSION: i32 = 0x07
const LOG_APPEND_TIME: i32 = 0x08
const CONTROL: i32 = 0x20

/** What was wrong; src/kernel/wasm/reader.ts has the words. */
const HEADER_CUT: i32 = 1
const BATCH_LENGTH: i32 = 2
const MAGIC: i32 = 3
const CRC: i32 = 4
const COMPRESSED: i32 = 5
const COUNT: i32 = 6
const RECORD_LENGTH: i32 = 7
const KEY_LENGTH: i32 = 8
const VALUE_LENGTH: i32 = 9
const HEADERS: i32 = 10
const RECORD_END: i32 = 11
const BATCH_END: i32 = 12
const RANGE: i32 = 13

const SAFE: i64 = 0x1fffffffffffff

let input: usize = 0
let inputOrder: u32 = 0
let inputEnd: usize = 0
let position: usize = 0
let firstOffset: i64 = 0

let batchEnd: usize = 0
let baseOffset: i64 = 0
let baseTimestamp: i64 = 0
let maxTimestamp: i64 = 0
/** Every record has the batch's maxTimestamp. */
let logAppendTime: bool = false
let recordsLeft: i32 = 0
let problem: i32 = 0

/** @returns where to put `length` bytes of batches. */
export function inputBuffer(length: usize): usize {
  const order = orderOf(length + PADDING)
  if (order > inputOrder) {
    if (input) giveBlock(input, inputOrder)
    input = takeBlock(order)
    inputOrder = order
  }
  return input
}

/** Takes the `length` bytes that were put there; records below `fromOffset` are left out. */
export function begin(length: usize, fromOffset: f64): void {
  position = input
  inputEnd = input + length
  firstOffset = <i64>fromOffset
  baseOffset = firstOffset
  recordsLeft = 0
  problem = 0
  setCount(0)
}

/** The base offset of the batch at hand. */
export function batchOffset(): f64 {
  return <f64>baseOffset
}

/** Decodes at most `limit` records. @returns how many, or the problem, negated. */
export function decode(limit: i32): i32 {
  let n = 0
  if (limit > MOST) limit = MOST
  clearOverlong()
  while (n < limit && !problem) {
    if (recordsLeft) n = decodeRecords(n, limit)
    else if (position == inputEnd) break
    else problem = openBatch()
  }
  if (problem) n = 0
  setCount(n)
  return problem ? -problem : n
}

function openBatch(): i32 {
  const start = position
  const available = inputEnd - start
  if (available >= 8) baseOffset = get64(start)
  if (available < HEADER) return HEADER_CUT
  const length = get32(start + 8)
  if (length < <i32>(HEADER - UNCOUNTED) || <usize>length > available - UNCOUNTED) return BATCH_LENGTH
  if (load<u8>(start, 16) != 2) return MAGIC
  const end = start + UNCOUNTED + length
  if (<u32>get32(start + 17) != crc32c(start + 21, end - start - 21)) return CRC
  const attributes = get16(start + 21)
  if (attributes & COMPRESSION) return COMPRESSED
  const records = get32(start + 57)
  if (records < 0 || <i64>records * SMALLEST_RECORD > <i64>(end - start - HEADER)) return COUNT
  baseTimestamp = get64(start + 27)
  maxTimestamp = get64(start + 35)
  logAppendTime = (attributes & LOG_APPEND_TIME) != 0
  if (!safe(baseOffset) || !safe(baseTimestamp) || !safe(maxTimestamp)) return RANGE
  if (attributes & CONTROL) {
    position = end
    return 0
  }
  position = start + HEADER
  batchEnd = end
  recordsLeft = records
  return !records && position != end ? BATCH_END : 0
}

@inline
function safe(value: i64): bool {
  return value >= -SAFE && value <= SAFE
}

/** Appends records of the open batch to the columns, from row `n` up to row `limit`. @returns the next row. */
function decodeRecords(n: i32, limit: i32): i32 {
  let p = position
  let left = recordsLeft
  while (left > 0 && n < limit) {
    const length = varint(p)
    p += varintSize(p)
    const stop = p + length
    if (length < <i32>SMALLEST_RECORD - 1 || length > <i32>(batchEnd - p)) return fail(RECORD_LENGTH)
    p += 1
    const timestamp = logAppendTime ? maxTimestamp : baseTimestamp + varlong(p)
    p += varlongSize(p)
    const offset = baseOffset + varint(p)
    p += varintSize(p)
    const keyLength = varint(p)
    p += varintSize(p)
    const keyAt = p
    if (keyLength < -1 || max(keyLength, 0) > <i32>(stop - p)) return fail(KEY_LENGTH)
    p += max(keyLength, 0)
    const valueLength = varint(p)
    p += varintSize(p)
    const valueAt = p
    if (valueLength < -1 || max(valueLength, 0) > <i32>(stop - p)) return fail(VALUE_LENGTH)
    p += max(valueLength, 0)
    const headersAt = p
    const headers = varint(p)
    p += varintSize(p)
    if (headers) p = skipHeaders(p, stop, headers)
    if (!p) return fail(HEADERS)
    if (p != stop || overlong) return fail(RECORD_END)
    if (!safe(timestamp)) return fail(RANGE)
    left--
    if (offset < firstOffset) continue
    setAddress(columns.keyAt, n, keyAt)
    setInt32(columns.keyLength, n, keyLength)
    setAddress(columns.valueAt, n, valueAt)
    setInt32(columns.valueLength, n, valueLength)
    setInt32(columns.headersLength, n, <i32>(stop - headersAt))
    setInt64(columns.timestamp, n, timestamp)
    setInt64(columns.offset, n, offset)
    n++
  }
  position = p
  recordsLeft = left
  return !left && p != batchEnd ? fail(BATCH_END) : n
}

function fail(what: i32): i32 {
  problem = what
  return 0
}

/** @returns the position after the headers, 0 if they are malformed. */
function skipHeaders(p: usize, stop: usize, headers: i32): usize {
  if (headers < 0) return 0
  for (; headers > 0; headers--) {
    const keyLength = varint(p)
    p += varintSize(p)
    if (keyLength < 0 || keyLength > <i32>(stop - p)) return 0
    p += keyLength
    const valueLength = varint(p)
    p += varintSize(p)
    if (valueLength < -1 || max(valueLength, 0) > <i32>(stop - p)) return 0
    p += max(valueLength, 0)
  }
  return p
}
