import { topicPartitionName } from '../../core/topic-partition.ts'
import { baseSequenceOf, sequenceAfter } from '../../protocol/record-batch/rewrite.ts'
import { type JudgedBatch, renumber } from '../judged-batch.ts'

/** An encoded batch on its way to the broker; its bytes are not touched until the answer. */
export interface QueuedBatch extends JudgedBatch {
  /** An answer was lost: the broker may have it. */
  maybeWritten?: boolean
}

/**
 * The batches of one partition, in order of sequence. When one fails in a retriable way, nothing more is sent until all
 * in flight are answered; then what failed goes first again, in the order in which it was sent: the broker takes
 * sequences without gap only. What takes the place of a batch that was refused goes the same way, and closes the gap.
 */
export class ProduceQueue {
  readonly topic: string
  readonly partition: number
  readonly name: string
  readonly #waiting: QueuedBatch[] = []
  readonly #inFlight: QueuedBatch[] = []
  readonly #failed: QueuedBatch[] = []
  #leader: number | undefined
  /** The broker has taken a batch: from now on it checks that sequences follow each other. */
  #established = false
  #nextSequence = 0
  /** The first that was replaced: its place among the failed, and its sequence. All behind it are counted anew. */
  #gap: { readonly at: number; readonly sequence: number } | undefined
  /** Failures in a row. */
  failures = 0
  /** When the first of them was, by the monotonic clock. */
  failingSince = 0
  /** Left alone for a moment after a failure. */
  resting = false
  /** Offset after the last acknowledged record. */
  acknowledged: number | undefined

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
    this.name = topicPartitionName(topic, partition)
  }

  /** Sequence of the first of `records` records; sequences wrap to 0 after 2^31 - 1. */
  reserve(records: number): number {
    const sequence = this.#nextSequence
    this.#nextSequence = sequenceAfter(sequence, records)
    return sequence
  }

  push(batch: QueuedBatch): void {
    this.#waiting.push(batch)
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** Whether a batch has failed or was refused whose successors are still to be answered. */
  get recovering(): boolean {
    return this.#failed.length > 0 || this.#gap !== undefined
  }

  /** The batch that may be sent to this leader now. What is in flight to another broker must be answered first. */
  next(leader: number): QueuedBatch | undefined {
    if (this.resting || this.recovering) return undefined
    // A broker that knows nothing of the producer takes any sequence: the first batch goes alone.
    if (this.#inFlight.length > 0 && (this.#leader !== leader || !this.#established)) return undefined
    return this.#waiting[0]
  }

  /** `next` was sent. */
  sent(leader: number): void {
    this.#leader = leader
    this.#inFlight.push(this.#waiting.shift()!)
  }

  succeeded(batch: QueuedBatch): void {
    this.#answered(batch)
    this.#established = true
    if (!this.recovering) this.failures = 0
    this.#resume()
  }

  /** @returns whether what failed now waits in front again */
  failed(batch: QueuedBatch): boolean {
    this.#answered(batch)
    this.#failed.push(batch)
    return this.#resume()
  }

  /** The broker does not take the batch, and certainly has nothing of it: these take its place. @returns as `failed` */
  replaced(batch: QueuedBatch, by: readonly QueuedBatch[]): boolean {
    this.#answered(batch)
    this.#gap ??= { at: this.#failed.length, sequence: baseSequenceOf(batch.bytes) }
    this.#failed.push(...by)
    return this.#resume()
  }

  /** The batch failed for good. */
  gaveUp(batch: QueuedBatch): void {
    this.#answered(batch)
  }

  /** Forgets what is queued, and the sequences. */
  clear(): QueuedBatch[] {
    this.#nextSequence = 0
    this.#gap = undefined
    this.#established = false
    this.failures = 0
    this.resting = false
    return [...this.#failed.splice(0), ...this.#waiting.splice(0)]
  }

  #answered(batch: QueuedBatch): void {
    const at = this.#inFlight.indexOf(batch)
    if (at >= 0) this.#inFlight.splice(at, 1)
  }

  #resume(): boolean {
    if (this.#inFlight.length > 0 || !this.recovering) return false
    this.#waiting.unshift(...this.#failed.splice(0))
    if (this.#gap) this.#nextSequence = renumber(this.#waiting.slice(this.#gap.at), this.#gap.sequence)
    this.#gap = undefined
    return true
  }
}
