import { crc32c } from './crc32c.ts'
import type { DecodedRecord } from './decode.ts'
import { encodeBatch } from './encode.ts'
import { batchCrcFrom, batchField, isTransactional, readBatchHeader } from './header.ts'

/** Sequences wrap to 0 after 2^31 - 1. */
const sequenceCount = 2 ** 31

/** Sequence of the record that follows so many. */
export function sequenceAfter(sequence: number, records: number): number {
  return (sequence + records) % sequenceCount
}

/** An uncompressed batch of the same producer, transaction and base sequence, with these records. */
export function batchLike(batch: Uint8Array, records: readonly DecodedRecord[]): Uint8Array {
  const header = readBatchHeader(batch, 0)
  const { producerId, producerEpoch, baseSequence } = header
  const transactional = isTransactional(header)
  return encodeBatch(records, { producerId, producerEpoch, sequence: baseSequence, transactional })
}

export function baseSequenceOf(batch: Uint8Array): number {
  return viewOf(batch).getInt32(batchField.baseSequence)
}

/** Gives a batch another base sequence, in place. */
export function setBaseSequence(batch: Uint8Array, sequence: number): void {
  const view = viewOf(batch)
  view.setInt32(batchField.baseSequence, sequence)
  view.setUint32(batchField.crc, crc32c(batch, batchCrcFrom))
}

function viewOf(batch: Uint8Array): DataView {
  return new DataView(batch.buffer, batch.byteOffset, batch.byteLength)
}
