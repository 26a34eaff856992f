import { corruptBatch } from './corrupt.ts'
import { crc32c } from './crc32c.ts'

/** Bytes of a batch's header (magic 2, Java's DefaultRecordBatch.RECORD_BATCH_OVERHEAD). */
export const batchHeaderSize = 61
/** `baseOffset` and `batchLength`, which `batchLength` does not count. */
export const batchLogOverhead = 12
/** The CRC covers a batch from here to its end. */
export const batchCrcFrom = 21

/** Where the fields of a batch lie that are written or changed alone. */
export const batchField = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const

export const batchAttribute = {
  compression: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
} as const

/** The fields of a record batch v2 as they are on the wire. */
export interface BatchHeader {
  readonly baseOffset: number
  /** Bytes after this field: the whole batch is 12 longer. */
  readonly batchLength: number
  readonly partitionLeaderEpoch: number
  readonly magic: number
  readonly crc: number
  readonly attributes: number
  readonly lastOffsetDelta: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  /** -1: none. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/**
 * Reads the header at `at` of a batch that must be whole. The CRC is checked by `checkBatchCrc`.
 * @throws StreamsError `record-batch-corrupt`: header or batch cut off, impossible length, other magic, offsets or
 *   times beyond 2^53.
 */
export function readBatchHeader(bytes: Uint8Array, at: number): BatchHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at)
  const baseOffset = view.byteLength >= 8 ? looseInt64(view, batchField.baseOffset) : -1
  const magic = view.byteLength > batchField.magic ? view.getInt8(batchField.magic) : 2
  if (magic !== 2) throw corruptBatch(baseOffset, badMagic(magic))
  if (view.byteLength < batchHeaderSize)
    throw corruptBatch(baseOffset, `cut off in its header, after ${view.byteLength} bytes`)
  const batchLength = view.getInt32(batchField.batchLength)
  if (batchLength < batchHeaderSize - batchLogOverhead)
    throw corruptBatch(baseOffset, `its length is ${batchLength}`)
  if (batchLength > view.byteLength - batchLogOverhead)
    throw corruptBatch(
      baseOffset,
      `its length is ${batchLength}, but only ${view.byteLength - batchLogOverhead} bytes follow`,
    )
  const header: BatchHeader = {
    baseOffset,
    batchLength,
    partitionLeaderEpoch: view.getInt32(batchField.partitionLeaderEpoch),
    magic,
    crc: view.getUint32(batchField.crc),
    attributes: view.getInt16(batchField.attributes),
    lastOffsetDelta: view.getInt32(batchField.lastOffsetDelta),
    baseTimestamp: looseInt64(view, batchField.baseTimestamp),
    maxTimestamp: looseInt64(view, batchField.maxTimestamp),
    producerId: looseInt64(view, batchField.producerId),
    producerEpoch: view.getInt16(batchField.producerEpoch),
    baseSequence: view.getInt32(batchField.baseSequence),
    recordCount: view.getInt32(batchField.recordCount),
  }
  for (const field of ['baseOffset', 'baseTimestamp', 'maxTimestamp'] as const)
    if (!Number.isSafeInteger(header[field]))
      throw corruptBatch(baseOffset, `its ${field} is ${header[field]}, beyond 2^53`)
  return header
}

/** @throws StreamsError `record-batch-corrupt`. */
export function checkBatchCrc(bytes: Uint8Array, at: number, header: BatchHeader): void {
  const actual = crc32c(bytes, at + batchCrcFrom, at + batchSize(header))
  if (actual !== header.crc)
    throw corruptBatch(
      header.baseOffset,
      `its CRC is ${header.crc.toString(16)}, its bytes have ${actual.toString(16)}`,
    )
}

/** Bytes of the whole batch: the next one begins so far on. */
export function batchSize(header: BatchHeader): number {
  return batchLogOverhead + header.batchLength
}

export function lastOffset(header: BatchHeader): number {
  return header.baseOffset + header.lastOffsetDelta
}

/** Commit and abort markers: not records of the topic. */
export function isControl(header: BatchHeader): boolean {
  return (header.attributes & batchAttribute.control) !== 0
}

export function isTransactional(header: BatchHeader): boolean {
  return (header.attributes & batchAttribute.transactional) !== 0
}

/** All records then have the batch's `maxTimestamp`, the time when the broker appended it. */
export function isLogAppendTime(header: BatchHeader): boolean {
  return (header.attributes & batchAttribute.logAppendTime) !== 0
}

export type CompressionCodec = 'gzip' | 'snappy' | 'lz4' | 'zstd'

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** @throws StreamsError `record-batch-corrupt` for a codec that Kafka does not have. */
export function compressionCodec(header: BatchHeader): CompressionCodec | 'none' {
  const id = header.attributes & batchAttribute.compression
  const codec = codecs[id]
  if (codec === undefined) throw corruptBatch(header.baseOffset, `unknown compression codec ${id}`)
  return codec
}

/** Why a batch of another magic is refused. */
export function badMagic(magic: number): string {
  return magic === 0 || magic === 1
    ? `it has the message format v${magic} of brokers before 0.11; Millrace reads v2 only: rewrite the topic`
    : `its magic is ${magic}; only 2 exists`
}

/** Not exact beyond 2^53, which callers either check or only compare. */
export function looseInt64(view: DataView, at: number): number {
  return view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4)
}
