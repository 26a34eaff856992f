import { emptyBytes, putInt64, utf8 } from '../../core/bytes.ts'
import { StreamsError } from '../../core/errors.ts'
import { type Headers, noHeaders } from '../../core/record.ts'
import { crc32c } from './crc32c.ts'
import { batchAttribute, batchCrcFrom, batchField, batchHeaderSize, batchLogOverhead } from './header.ts'

export interface RecordToEncode {
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: Headers
}

export interface BatchStamp {
  /** -1: no producer. */
  readonly producerId: number
  readonly producerEpoch: number
  /** Sequence number of the first record. */
  readonly sequence: number
  readonly transactional: boolean
}

export interface EncodeOptions extends Partial<BatchStamp> {
  readonly baseOffset?: number
  readonly partitionLeaderEpoch?: number
  readonly control?: boolean
}

/** The producer of batches that are neither idempotent nor transactional. */
export const noProducer: BatchStamp = {
  producerId: -1,
  producerEpoch: -1,
  sequence: -1,
  transactional: false,
}

/** One uncompressed batch of at least one record. */
export function encodeBatch(records: readonly RecordToEncode[], options: EncodeOptions = {}): Uint8Array {
  const batch = new BatchEncoder()
  for (const { timestamp, key, value, headers } of records) batch.append(timestamp, key, value, headers)
  const bytes = batch.seal({ ...noProducer, ...options }, options.control).slice()
  placeBatch(bytes, options.baseOffset ?? 0, options.partitionLeaderEpoch ?? -1)
  return bytes
}

/** Says where in the log a batch lies, as the broker does when it appends it: not covered by the CRC. */
export function placeBatch(batch: Uint8Array, baseOffset: number, partitionLeaderEpoch: number): void {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength)
  putInt64(view, batchField.baseOffset, baseOffset)
  view.setInt32(batchField.partitionLeaderEpoch, partitionLeaderEpoch)
}

/** Makes one batch after another; the buffer is reused. */
export class BatchEncoder {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  #at = batchHeaderSize
  #records = 0
  #baseTimestamp = 0
  #maxTimestamp = 0

  /** Records in the batch so far. */
  get records(): number {
    return this.#records
  }

  /** Bytes of the batch so far, the header included. */
  get size(): number {
    return this.#at
  }

  append(
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: Headers = noHeaders,
  ): void {
    if (this.#records === 0) {
      this.#baseTimestamp = timestamp
      this.#maxTimestamp = timestamp
    }
    const names = headers.length === 0 ? noNames : headers.map((header) => utf8(header.key))
    const timeDelta = zigzag64(timestamp, this.#baseTimestamp)
    const length = this.#recordLength(timeDelta, key, value, headers, names)
    this.#reserve(length + 5)
    this.#varint(length)
    this.#bytes[this.#at++] = 0
    this.#unsigned(timeDelta)
    this.#varint(this.#records)
    this.#nullableBytes(key)
    this.#nullableBytes(value)
    this.#varint(headers.length)
    for (let i = 0; i < headers.length; i++) {
      this.#nullableBytes(names[i]!)
      this.#nullableBytes(headers[i]!.value)
    }
    this.#records++
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
  }

  /**
   * Fills in the header (base offset 0, leader epoch -1: the broker's business).
   * @returns a view that the next append overwrites.
   */
  seal(stamp: BatchStamp, control = false): Uint8Array {
    if (this.#records === 0) throw new StreamsError('internal', 'a record batch without records was sealed')
    const view = this.#view
    const size = this.#at
    putInt64(view, batchField.baseOffset, 0)
    view.setInt32(batchField.batchLength, size - batchLogOverhead)
    view.setInt32(batchField.partitionLeaderEpoch, -1)
    view.setInt8(batchField.magic, 2)
    view.setInt16(
      batchField.attributes,
      (stamp.transactional ? batchAttribute.transactional : 0) | (control ? batchAttribute.control : 0),
    )
    view.setInt32(batchField.lastOffsetDelta, this.#records - 1)
    putInt64(view, batchField.baseTimestamp, this.#baseTimestamp)
    putInt64(view, batchField.maxTimestamp, this.#maxTimestamp)
    putInt64(view, batchField.producerId, stamp.producerId)
    view.setInt16(batchField.producerEpoch, stamp.producerEpoch)
    view.setInt32(batchField.baseSequence, stamp.sequence)
    view.setInt32(batchField.recordCount, this.#records)
    view.setUint32(batchField.crc, crc32c(this.#bytes, batchCrcFrom, size))
    this.#at = batchHeaderSize
    this.#records = 0
    return this.#bytes.subarray(0, size)
  }

  #recordLength(
    timeDelta: number | bigint,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: Headers,
    names: readonly Uint8Array[],
  ): number {
    let length = 1 + unsignedSize(timeDelta) + varintSize(this.#records)
    length += nullableSize(key) + nullableSize(value) + varintSize(headers.length)
    for (let i = 0; i < headers.length; i++)
      length += nullableSize(names[i]!) + nullableSize(headers[i]!.value)
    return length
  }

  #nullableBytes(bytes: Uint8Array | null): void {
    this.#varint(bytes === null ? -1 : bytes.length)
    this.#bytes.set(bytes ?? emptyBytes, this.#at)
    this.#at += bytes?.length ?? 0
  }

  #varint(value: number): void {
    this.#unsigned(zigzag32(value))
  }

  #unsigned(value: number | bigint): void {
    if (typeof value === 'bigint') {
      let rest = value
      for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80
      this.#bytes[this.#at++] = Number(rest)
    } else {
      let rest = value
      for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80
      this.#bytes[this.#at++] = rest
    }
  }

  #reserve(size: number): void {
    const end = this.#at + size
    if (end <= this.#bytes.length) return
    const bytes = new Uint8Array(Math.max(end, this.#bytes.length * 2))
    bytes.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

const noNames: readonly Uint8Array[] = []

/** Bytes of headers as a record holds them, with their count. */
export function headersSize(headers: Headers): number {
  let size = varintSize(headers.length)
  for (const { key, value } of headers) size += nullableSize(utf8(key)) + nullableSize(value)
  return size
}

/** Small numbers get short codes whatever their sign. The result is unsigned. */
function zigzag32(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0
}

/** Of `a - b`; a number while it fits 32 bits, for speed. */
function zigzag64(a: number, b: number): number | bigint {
  const difference = a - b
  if (difference >= -0x8000_0000 && difference < 0x8000_0000) return zigzag32(difference)
  const exact = BigInt(a) - BigInt(b)
  return BigInt.asUintN(64, (exact << 1n) ^ (exact >> 63n))
}

function unsignedSize(value: number | bigint): number {
  if (typeof value === 'bigint') return Math.ceil(value.toString(2).length / 7)
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5
}

function varintSize(value: number): number {
  return unsignedSize(zigzag32(value))
}

function nullableSize(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length
}
