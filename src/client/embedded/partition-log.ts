import { concatBytes, emptyBytes } from '../../core/bytes.ts'
import { kafkaError } from '../../protocol/error-codes.ts'
import { decompress } from '../../protocol/record-batch/compression.ts'
import { encodeControlBatch } from '../../protocol/record-batch/control.ts'
import { decodeBatches } from '../../protocol/record-batch/decode.ts'
import { placeBatch } from '../../protocol/record-batch/encode.ts'
import {
  type BatchHeader,
  batchSize,
  checkBatchCrc,
  compressionCodec,
  isControl,
  isTransactional,
  readBatchHeader,
} from '../../protocol/record-batch/header.ts'
import { type AbortedTransaction, readableRuns } from '../../protocol/record-batch/readable-runs.ts'
import { sequenceAfter } from '../../protocol/record-batch/rewrite.ts'
import type { Isolation } from '../client.ts'
import type { RefusingAnswer } from '../judged-batch.ts'
import { superseded } from './compaction.ts'
import { ProducerStates } from './producer-state.ts'
import { refused } from './refused.ts'
import { TransactionIndex } from './transaction-index.ts'

interface StoredBatch {
  readonly baseOffset: number
  readonly nextOffset: number
  readonly maxTimestamp: number
  readonly bytes: Uint8Array
}

/** What follows the batch, in the log and from its producer. */
export interface Appended {
  readonly nextOffset: number
  readonly nextSequence: number
}

/** What a Fetch response says of one partition. The bytes are a copy. */
export interface LogRead {
  readonly records: Uint8Array
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly aborted: readonly AbortedTransaction[]
}

export interface PartitionLogOptions {
  /** Above it the oldest batches go; the last one stays. */
  readonly retentionBytes: number
  /** Of a batch (max.message.bytes). */
  readonly maxBatchBytes: number
  /** Records need keys. */
  readonly compacted: boolean
}

/** There are no elections here. */
const leaderEpoch = 0

/** One partition: record batches as they came, with the offsets that the log gave them. */
export class PartitionLog {
  readonly #name: string
  readonly #options: PartitionLogOptions
  readonly #batches: StoredBatch[] = []
  readonly #producers = new ProducerStates()
  readonly #transactions = new TransactionIndex()
  readonly #listeners = new Set<() => void>()
  #bytes = 0
  #startOffset = 0
  #endOffset = 0

  /** @param name for messages. */
  constructor(name: string, options: PartitionLogOptions) {
    this.#name = name
    this.#options = options
  }

  get startOffset(): number {
    return this.#startOffset
  }

  /** With one replica everything appended is committed at once. */
  get highWatermark(): number {
    return this.#endOffset
  }

  get lastStableOffset(): number {
    return Math.max(this.#startOffset, this.#transactions.firstUnstable(this.#endOffset))
  }

  /** Where transactions begin that are open, by producer id (DescribeProducers). */
  get openTransactions(): ReadonlyMap<number, number> {
    return this.#transactions.open
  }

  /** Bytes of the batches held. */
  get bytes(): number {
    return this.#bytes
  }

  /** Where a reader of this isolation finds the end. */
  endFor(isolation: Isolation): number {
    return isolation === 'read_committed' ? this.lastStableOffset : this.highWatermark
  }

  /** Calls `run` after each append. @returns a function that ends this. */
  onAppend(run: () => void): () => void {
    this.#listeners.add(run)
    return () => this.#listeners.delete(run)
  }

  /** What the topic's configs have against a batch from a producer (LogValidator); undefined: nothing. */
  refusal(batch: Uint8Array): RefusingAnswer | undefined {
    const { maxBatchBytes, compacted } = this.#options
    if (batch.length > maxBatchBytes)
      return {
        errorCode: kafkaError.MESSAGE_TOO_LARGE,
        recordErrors: [],
        errorMessage: `${batch.length} bytes are more than the ${maxBatchBytes} of max.message.bytes`,
      }
    const keyless = compacted ? recordsWithoutKey(batch) : []
    if (keyless.length === 0) return undefined
    const message = 'a record of a compacted topic has no key'
    return {
      errorCode: kafkaError.INVALID_RECORD,
      recordErrors: keyless.map((batchIndex) => ({ batchIndex, message })),
      errorMessage: message,
    }
  }

  /**
   * Appends a copy of one batch from a producer. A batch that its idempotent producer sent before is only acknowledged again.
   * @throws StreamsError `record-batch-corrupt`, INVALID_RECORD, or as `ProducerStates.check`.
   */
  append(batch: Uint8Array): Appended {
    const header = readBatchHeader(batch, 0)
    checkBatchCrc(batch, 0, header)
    this.#checkFromProducer(header, batch.length)
    const idempotent = header.producerId >= 0
    const baseOffset =
      (idempotent ? this.#producers.check(header) : undefined) ?? this.#appendNew(batch, header)
    return {
      nextOffset: baseOffset + header.recordCount,
      nextSequence: sequenceAfter(header.baseSequence, header.recordCount),
    }
  }

  /** Appends the marker that ends a producer's transaction. */
  endTransaction(producerId: number, producerEpoch: number, committed: boolean, timestamp: number): void {
    const type = committed ? 'commit' : 'abort'
    const marker = encodeControlBatch({ type, producerId, producerEpoch, timestamp, coordinatorEpoch: 0 })
    const offset = this.#store(marker, readBatchHeader(marker, 0))
    this.#producers.marked(producerId, producerEpoch)
    this.#transactions.ended(producerId, offset, committed)
    this.#appended()
  }

  /**
   * Whole batches from the one that holds `offset`, up to `maxBytes` but at least one; none at the end of the log.
   * @throws StreamsError `offset-out-of-range`.
   */
  read(offset: number, maxBytes: number, isolation: Isolation): LogRead {
    if (offset < this.#startOffset || offset > this.#endOffset)
      throw refused(
        'OFFSET_OUT_OF_RANGE',
        `${this.#name} holds ${this.#startOffset} to ${this.#endOffset}, not ${offset}`,
      )
    const lastStableOffset = this.lastStableOffset
    const batches = this.#batchesFrom(offset, this.endFor(isolation), maxBytes)
    const last = batches.at(-1)
    return {
      records: last ? concatBytes(batches.map(({ bytes }) => bytes)) : emptyBytes,
      highWatermark: this.#endOffset,
      lastStableOffset,
      aborted: last ? this.#transactions.abortedBetween(offset, last.nextOffset) : [],
    }
  }

  /** @returns the first offset whose record is at least so late; -1 when a reader of this isolation finds none. */
  offsetAt(timestamp: number, isolation: Isolation): number {
    const end = this.endFor(isolation)
    for (const batch of this.#batches) {
      if (batch.maxTimestamp < timestamp) continue
      const offset = firstRecordAt(batch, timestamp, this.#startOffset)
      if (offset !== undefined) return offset < end ? offset : -1
    }
    return -1
  }

  /** Moves the start of the log, as far as the end. @throws StreamsError `offset-out-of-range`. */
  deleteBefore(offset: number): void {
    if (offset > this.#endOffset)
      throw refused('OFFSET_OUT_OF_RANGE', `${this.#name} ends at ${this.#endOffset}, before ${offset}`)
    if (offset <= this.#startOffset) return
    this.#startOffset = offset
    this.#dropOldest((oldest) => oldest.nextOffset <= offset)
  }

  /** Of a compacted topic: lets go of what later records replace, below open transactions. */
  compact(): void {
    if (!this.#options.compacted) return
    const stable = this.#batches.filter(({ nextOffset }) => nextOffset <= this.lastStableOffset)
    const gone = superseded(stable, this.#transactions.abortedBetween(this.#startOffset, this.#endOffset))
    const left = this.#batches.filter((batch) => !gone.has(batch))
    this.#batches.splice(0, this.#batches.length, ...left)
    this.#bytes = left.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  #checkFromProducer(header: BatchHeader, length: number): void {
    const refuse = (what: string): Error => refused('INVALID_RECORD', `${this.#name}: ${what}`)
    if (batchSize(header) !== length)
      throw refuse(`${length} bytes are not one batch of ${batchSize(header)}`)
    if (isControl(header)) throw refuse('a producer sent a control batch')
    if (header.recordCount < 1 || header.lastOffsetDelta !== header.recordCount - 1)
      throw refuse(`a batch of ${header.recordCount} records whose last is ${header.lastOffsetDelta}`)
    if (isTransactional(header) && header.producerId < 0)
      throw refuse('a transactional batch without a producer')
  }

  #appendNew(batch: Uint8Array, header: BatchHeader): number {
    const baseOffset = this.#store(batch.slice(), header)
    if (header.producerId >= 0) this.#producers.appended(header, baseOffset)
    if (isTransactional(header)) this.#transactions.wrote(header.producerId, baseOffset)
    this.#appended()
    return baseOffset
  }

  #store(bytes: Uint8Array, header: BatchHeader): number {
    const baseOffset = this.#endOffset
    placeBatch(bytes, baseOffset, leaderEpoch)
    this.#endOffset = baseOffset + header.lastOffsetDelta + 1
    this.#batches.push({
      baseOffset,
      nextOffset: this.#endOffset,
      maxTimestamp: header.maxTimestamp,
      bytes,
    })
    this.#bytes += bytes.length
    return baseOffset
  }

  #appended(): void {
    this.#retain()
    for (const run of this.#listeners) run()
  }

  #retain(): void {
    const { retentionBytes } = this.#options
    if (this.#bytes <= retentionBytes) return
    this.#dropOldest((_, held) => this.#bytes > retentionBytes && held > 1)
  }

  /** The start of the log moves along, if it is not further on already. */
  #dropOldest(drop: (oldest: StoredBatch, held: number) => boolean): void {
    let count = 0
    for (const batch of this.#batches) {
      if (!drop(batch, this.#batches.length - count)) break
      this.#bytes -= batch.bytes.length
      count++
    }
    const dropped = this.#batches.splice(0, count).at(-1)
    this.#startOffset = Math.max(this.#startOffset, dropped?.nextOffset ?? 0)
    this.#transactions.deleteBefore(this.#startOffset)
  }

  #batchesFrom(offset: number, end: number, maxBytes: number): StoredBatch[] {
    const batches: StoredBatch[] = []
    let bytes = 0
    for (let i = this.#indexOf(offset); i < this.#batches.length; i++) {
      const batch = this.#batches[i]!
      if (batch.nextOffset > end) break
      bytes += batch.bytes.length
      if (batches.length > 0 && bytes > maxBytes) break
      batches.push(batch)
    }
    return batches
  }

  /** Index of the first batch that ends after `offset`. */
  #indexOf(offset: number): number {
    let low = 0
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#batches[middle]!.nextOffset > offset) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Indexes. */
function recordsWithoutKey(batch: Uint8Array): readonly number[] {
  const compressed = compressionCodec(readBatchHeader(batch, 0)) !== 'none'
  const runs = compressed ? readableRuns(batch, 0, 'read_uncommitted', [], decompress).runs : [batch]
  const records = runs.flatMap((run) => decodeBatches(run))
  return records.flatMap(({ key }, index) => (key === null ? [index] : []))
}

function firstRecordAt(batch: StoredBatch, timestamp: number, fromOffset: number): number | undefined {
  const { runs } = readableRuns(batch.bytes, batch.baseOffset, 'read_uncommitted', [], decompress)
  for (const run of runs) {
    const record = decodeBatches(run, { fromOffset }).find((each) => each.timestamp >= timestamp)
    if (record) return record.offset
  }
  return undefined
}
