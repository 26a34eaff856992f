import { StreamsError } from '../core/errors.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { isRetriable, kafkaError, protocolError } from '../protocol/error-codes.ts'
import { type DecodedRecord, decodeBatches } from '../protocol/record-batch/decode.ts'
import { batchField, batchHeaderSize } from '../protocol/record-batch/header.ts'
import {
  baseSequenceOf,
  batchLike,
  sequenceAfter,
  setBaseSequence,
} from '../protocol/record-batch/rewrite.ts'
import type { RefusalJudge, RefusedRecord } from './client.ts'

/** A batch on its way, and who decides about records of it that the broker refuses. */
export interface JudgedBatch {
  readonly bytes: Uint8Array
  readonly records: number
  readonly judge?: RefusalJudge | undefined
  /** Which of its sender's records these are; undefined: all of them. */
  readonly indexes?: readonly number[]
}

/** @throws StreamsError `internal` if it is not even a batch. */
export function judgedBatch(bytes: Uint8Array, judge: RefusalJudge | undefined): JudgedBatch {
  if (bytes.length < batchHeaderSize)
    throw new StreamsError('internal', `a batch of ${bytes.length} bytes was sent`)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return { bytes, records: view.getInt32(batchField.lastOffsetDelta) + 1, judge }
}

/** What a broker says of a batch that it does not take. */
export interface RefusingAnswer {
  readonly errorCode: number
  /** The records to blame, by their place in the batch; none: all. */
  readonly recordErrors: readonly { readonly batchIndex: number; readonly message: string | null }[]
  readonly errorMessage: string | null
}

/**
 * Lets the batch's judge decide about the records that were refused.
 * @param unwritten as of `Refusal`.
 * @returns what is left to send of the batch, nothing or one batch. @throws what the judge throws.
 */
export function withoutRefused(
  batch: JudgedBatch,
  to: TopicPartition,
  answer: RefusingAnswer,
  unwritten: boolean,
): readonly JudgedBatch[] {
  const records = decodeBatches(batch.bytes)
  const refused = refusedRecords(records, to, answer)
  const original = (index: number): number => batch.indexes?.[index] ?? index
  batch.judge?.({
    topic: to.topic,
    partition: to.partition,
    records: refused.map((record) => ({ ...record, index: original(record.index) })),
    retriable: isRetriable(answer.errorCode),
    unwritten,
  })
  const gone = new Set(refused.map(({ index }) => index))
  return part(
    batch,
    records.filter((_, index) => !gone.has(index)),
  )
}

/** Gives batches that follow each other their base sequences. @returns the next one. */
export function renumber(batches: readonly JudgedBatch[], from: number): number {
  let sequence = from
  for (const { bytes, records } of batches) {
    if (baseSequenceOf(bytes) !== sequence) setBaseSequence(bytes, sequence)
    sequence = sequenceAfter(sequence, records)
  }
  return sequence
}

/** A batch of several records that is too large as a whole (Sender.completeBatch of Java's producer splits it too). */
export function halves(batch: JudgedBatch): readonly JudgedBatch[] {
  const records = decodeBatches(batch.bytes)
  const middle = records.length >>> 1
  return [...part(batch, records.slice(0, middle)), ...part(batch, records.slice(middle))]
}

/** Offsets of a batch that was not appended yet are the places of its records. */
function part(batch: JudgedBatch, records: readonly DecodedRecord[]): readonly JudgedBatch[] {
  if (records.length === 0) return []
  const { judge, indexes } = batch
  return [
    {
      bytes: batchLike(batch.bytes, records),
      records: records.length,
      judge,
      indexes: records.map(({ offset }) => indexes?.[offset] ?? offset),
    },
  ]
}

function refusedRecords(
  records: readonly DecodedRecord[],
  to: TopicPartition,
  { errorCode, recordErrors, errorMessage }: RefusingAnswer,
): readonly RefusedRecord[] {
  const named = recordErrors.filter(({ batchIndex }) => records[batchIndex] !== undefined)
  const messages = new Map(named.map(({ batchIndex, message }) => [batchIndex, message]))
  // As in Java: several records that are to blame may be so for different reasons, and the code is that of one.
  const code = recordErrors.length > 1 ? kafkaError.INVALID_RECORD : errorCode
  return records.flatMap(({ key, value, timestamp, headers }, index) => {
    if (messages.size > 0 && !messages.has(index)) return []
    const error = refusedBy(code, to, messages.get(index) ?? errorMessage)
    return [{ index, key, value, timestamp, headers, error }]
  })
}

/** @param message the broker's own words. */
export function refusedBy(errorCode: number, to: TopicPartition, message: string | null): StreamsError {
  const where = `Produce to ${topicPartitionName(to.topic, to.partition)}`
  return protocolError(errorCode, message ? `${where} (${message})` : where)
}
