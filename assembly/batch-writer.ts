/** Records into batches v2. Several batches can be open at once; each has a buffer that doubles up to the writer's limit. */
import { HEADER } from './batch-reader'
import { put16, put32, put64 } from './bytes'
import { crc32c } from './crc32c'
import { alloc, doubleBlock, giveBlock, orderOf, takeBlock } from './memory'
import { putVarint, putVarlong, sizeOfVarint, sizeOfVarlong } from './varint'

const FIRST_ORDER: u32 = 14
const TRANSACTIONAL: i32 = 0x10

/** More than a record's lengths and deltas take. */
export const ROOM: u32 = 63

/** Bytes of the headers of a record that has none: their count. */
export const NO_HEADERS: i32 = 1

@unmanaged
export class BatchWriter {
  /** Bytes of the open batch, and its records. */
  size: u32
  records: i32
  buffer: usize
  order: u32
  limit: u32
  baseTimestamp: i64
  maxTimestamp: i64

  /** The size of a record less its length prefix. `headers`: bytes of its headers with their count. */
  @inline
  bodySize(timestamp: i64, keyLength: i32, valueLength: i32, headers: i32): i32 {
    const delta = this.records ? timestamp - this.baseTimestamp : 0
    return (
      1 + sizeOfVarlong(delta) + sizeOfVarint(this.records) + sizeOfVarint(keyLength) + max(keyLength, 0) +
      sizeOfVarint(valueLength) + max(valueLength, 0) + headers
    )
  }

  /**
   * Is there room for `room` more bytes? The first record always fits. Counting a record as `ROOM` and its bytes, instead of its
   * exact size, lets the caller ask before it knows the record's time; src/kernel/kernel.ts has the rule.
   */
  @inline
  fits(room: u32): bool {
    const size = this.size + room
    if (size > this.limit && this.records) return false
    if (size > <u32>1 << this.order) this.grow(size)
    return true
  }

  /** Writes a record, which must fit, up to its key. @returns where the key goes; `finish` must follow. */
  @inline
  begin(bodySize: i32, timestamp: i64, keyLength: i32): usize {
    if (!this.records) this.baseTimestamp = this.maxTimestamp = timestamp
    let p = putVarint(this.buffer + this.size, bodySize)
    store<u8>(p, 0) // attributes
    p = putVarlong(p + 1, timestamp - this.baseTimestamp)
    p = putVarint(p, this.records++)
    if (timestamp > this.maxTimestamp) this.maxTimestamp = timestamp
    return putVarint(p, keyLength)
  }

  @inline
  finish(end: usize): void {
    this.size = <u32>(end - this.buffer)
  }

  /** @param value of 8 bytes, big-endian. @param headers with their count, as another record had them. */
  @inline
  finishInt64(p: usize, value: i64, headers: usize, headersLength: i32): void {
    p = putVarint(p, 8)
    put64(p, value)
    p += 8
    if (headersLength == NO_HEADERS) store<u8>(p, 0)
    else memory.copy(p, headers, headersLength)
    this.finish(p + headersLength)
  }

  grow(size: usize): void {
    const order = max(orderOf(size), FIRST_ORDER)
    const larger = takeBlock(order)
    if (this.records) memory.copy(larger, this.buffer, this.size)
    if (this.buffer) giveBlock(this.buffer, this.order)
    this.buffer = larger
    this.order = order
  }

  /** Fills in the header. The batch stays in the buffer until the next record. @returns its size. */
  close(producerId: i64, epoch: i32, sequence: i32, transactional: bool): u32 {
    const p = this.buffer
    const size = this.size
    put64(p, 0)
    put32(p + 8, size - 12)
    put32(p + 12, -1)
    store<u8>(p, 2, 16)
    put16(p + 21, transactional ? TRANSACTIONAL : 0)
    put32(p + 23, this.records - 1)
    put64(p + 27, this.baseTimestamp)
    put64(p + 35, this.maxTimestamp)
    put64(p + 43, producerId)
    put16(p + 51, epoch)
    put32(p + 53, sequence)
    put32(p + 57, this.records)
    put32(p + 17, crc32c(p + 21, size - 21))
    this.size = <u32>HEADER
    this.records = 0
    return size
  }
}

let writers: usize = takeBlock(6)
let writersOrder: u32 = 6
let writerCount: i32 = 0

/** @returns the number of a new writer of batches of at most `limit` bytes. */
export function openWriter(limit: u32): i32 {
  if (<usize>writerCount << 2 == <usize>1 << writersOrder) writers = doubleBlock(writers, writersOrder++)
  const writer = changetype<BatchWriter>(alloc(offsetof<BatchWriter>()))
  writer.size = <u32>HEADER
  writer.records = 0
  writer.buffer = 0
  writer.order = 0
  writer.limit = limit
  store<u32>(writers + (<usize>writerCount << 2), <u32>changetype<usize>(writer))
  return writerCount++
}

@inline
export function writerAt(number: i32): BatchWriter {
  return changetype<BatchWriter>(<usize>load<u32>(writers + (<usize>number << 2)))
}

/** Where the value of the record last appended from TypeScript goes. */
let valueAt: usize = 0

/**
 * @param headers bytes of the headers with their count.
 * @param room what the record counts for against the limit.
 * @returns where the key goes (the value's place is `valuePlace()`), 0 if the record does not fit.
 */
export function append(
  number: i32, timestamp: f64, keyLength: i32, valueLength: i32, headers: i32, room: u32,
): usize {
  const writer = writerAt(number)
  if (!writer.fits(room)) return 0
  const time = <i64>timestamp
  const keyAt = writer.begin(writer.bodySize(time, keyLength, valueLength, headers), time, keyLength)
  valueAt = putVarint(keyAt + max(keyLength, 0), valueLength)
  writer.finish(valueAt + max(valueLength, 0) + headers)
  return keyAt
}

/** The headers follow the value. */
export function valuePlace(): usize {
  return valueAt
}

export function writerRecords(number: i32): i32 {
  return writerAt(number).records
}

/** Seals the open batch. @returns its size; it lies at `batchPlace`. */
export function closeWriter(
  number: i32, producerId: f64, producerEpoch: i32, sequence: i32, transactional: i32,
): u32 {
  return writerAt(number).close(<i64>producerId, producerEpoch, sequence, transactional != 0)
}

export function batchPlace(number: i32): usize {
  return writerAt(number).buffer
}
