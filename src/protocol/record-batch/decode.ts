import { utf8Text } from '../../core/bytes.ts'
import { type Header, type Headers, noHeaders } from '../../core/record.ts'
import { corruptBatch } from './corrupt.ts'
import {
  type BatchHeader,
  batchHeaderSize,
  batchSize,
  checkBatchCrc,
  compressionCodec,
  isControl,
  isLogAppendTime,
  readBatchHeader,
} from './header.ts'

export interface DecodedRecord {
  readonly offset: number
  readonly timestamp: number
  /** Views of the batch's bytes, as are the values of headers. */
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Headers
}

export interface DecodeOptions {
  /** Records below it are left out. */
  readonly fromOffset?: number
}

/**
 * Decodes whole uncompressed batches; control batches are skipped. The readable reference of the kernels.
 * @throws StreamsError `record-batch-corrupt`.
 */
export function decodeBatches(bytes: Uint8Array, options: DecodeOptions = {}): DecodedRecord[] {
  const { fromOffset = 0 } = options
  const records: DecodedRecord[] = []
  for (let at = 0; at < bytes.length; ) {
    const header = readBatchHeader(bytes, at)
    const batch = new BatchRecords(bytes, at, header)
    at += batchSize(header)
    while (batch.left > 0) {
      const record = batch.next()
      if (record.offset >= fromOffset) records.push(record)
    }
  }
  return records
}

/** A record has at least: length, attributes, time delta, offset delta, key length, value length, header count. */
const leastRecordSize = 7

/** Reads the records of one uncompressed batch one after the other; a control batch has none. */
export class BatchRecords {
  readonly #bytes: Uint8Array
  readonly #header: BatchHeader
  readonly #logAppendTime: boolean
  /** End of the batch, and of the record being read. */
  readonly #batchEnd: number
  #end: number
  #at: number
  #left: number

  /** @throws StreamsError `record-batch-corrupt`: CRC, compressed, impossible record count. */
  constructor(bytes: Uint8Array, at: number, header: BatchHeader) {
    checkBatchCrc(bytes, at, header)
    const codec = compressionCodec(header)
    if (codec !== 'none')
      throw corruptBatch(header.baseOffset, `it is compressed with ${codec} where uncompressed ones are due`)
    this.#bytes = bytes
    this.#header = header
    this.#logAppendTime = isLogAppendTime(header)
    this.#batchEnd = at + batchSize(header)
    this.#end = this.#batchEnd
    this.#at = at + batchHeaderSize
    const { recordCount } = header
    if (recordCount < 0 || recordCount * leastRecordSize > this.#batchEnd - this.#at)
      throw corruptBatch(
        header.baseOffset,
        `it claims ${recordCount} records in ${this.#batchEnd - this.#at} bytes`,
      )
    this.#left = isControl(header) ? 0 : recordCount
    if (!isControl(header)) this.#checkEnd()
  }

  /** Records not read yet. */
  get left(): number {
    return this.#left
  }

  /** @throws StreamsError `record-batch-corrupt`: a length, count or number that does not fit its record. */
  next(): DecodedRecord {
    this.#end = this.#batchEnd
    const length = this.#varint('record length')
    if (length < 0 || length > this.#batchEnd - this.#at)
      throw this.#corrupt(`a record claims ${length} bytes, ${this.#batchEnd - this.#at} are left`)
    this.#end = this.#at + length
    this.#skipAttributes()
    const timestamp = this.#timestamp()
    const offset = this.#header.baseOffset + this.#varint('offset delta')
    const key = this.#nullableBytes('key')
    const value = this.#nullableBytes('value')
    const headers = this.#headers()
    if (this.#at !== this.#end) throw this.#corrupt(`a record has ${this.#end - this.#at} bytes too many`)
    this.#left--
    this.#checkEnd()
    return { offset, timestamp, key, value, headers }
  }

  #checkEnd(): void {
    if (this.#left === 0 && this.#at !== this.#batchEnd)
      throw this.#corrupt(`${this.#batchEnd - this.#at} bytes follow its last record`)
  }

  /** A record's attributes are reserved. */
  #skipAttributes(): void {
    if (this.#at >= this.#end) throw this.#corrupt('a record ends before its attributes')
    this.#at++
  }

  #timestamp(): number {
    const delta = this.#varlong('time delta')
    if (this.#logAppendTime) return this.#header.maxTimestamp
    const base = this.#header.baseTimestamp
    const timestamp = typeof delta === 'number' ? base + delta : Number(BigInt(base) + delta)
    if (!Number.isSafeInteger(timestamp)) throw this.#corrupt(`a record's time is ${timestamp}, beyond 2^53`)
    return timestamp
  }

  #headers(): Headers {
    const count = this.#varint('header count')
    if (count === 0) return noHeaders
    if (count < 0 || count > this.#end - this.#at)
      throw this.#corrupt(`a record claims ${count} headers in ${this.#end - this.#at} bytes`)
    const headers: Header[] = []
    for (let i = 0; i < count; i++) {
      const key = this.#nullableBytes('header key')
      if (key === null) throw this.#corrupt('a header has no key')
      headers.push({ key: utf8Text(key), value: this.#nullableBytes('header value') })
    }
    return headers
  }

  #nullableBytes(what: string): Uint8Array | null {
    const length = this.#varint(`${what} length`)
    if (length === -1) return null
    if (length < -1 || length > this.#end - this.#at)
      throw this.#corrupt(`a ${what} claims ${length} bytes, ${this.#end - this.#at} are left in its record`)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** Zigzag, at most 5 bytes; bits above 32 are cut off, as in Java's ByteUtils.readVarint. */
  #varint(what: string): number {
    let raw = 0
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.#at >= this.#end) throw this.#corrupt(`a ${what} is cut off`)
      const byte = this.#bytes[this.#at++]!
      raw |= (byte & 0x7f) << shift
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1)
    }
    throw this.#corrupt(`a ${what} is longer than 5 bytes`)
  }

  /** Zigzag, at most 10 bytes; bits above 64 are cut off. A number while it is small, for speed. */
  #varlong(what: string): number | bigint {
    let small = 0
    let raw = 0n
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#end) throw this.#corrupt(`a ${what} is cut off`)
      const byte = this.#bytes[this.#at++]!
      if (shift < 28) small |= (byte & 0x7f) << shift
      else raw |= BigInt(byte & 0x7f) << BigInt(shift)
      if (byte >= 0x80) continue
      if (shift < 28) return (small >>> 1) ^ -(small & 1)
      raw = BigInt.asUintN(64, raw | BigInt(small))
      return BigInt.asIntN(64, (raw >> 1n) ^ -(raw & 1n))
    }
    throw this.#corrupt(`a ${what} is longer than 10 bytes`)
  }

  #corrupt(what: string): Error {
    return corruptBatch(this.#header.baseOffset, what)
  }
}
