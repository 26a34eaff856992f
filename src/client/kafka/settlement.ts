import { StreamsError } from '../../core/errors.ts'
import type { ProducePartitionResult } from '../../protocol/api/produce.ts'
import { isRetriable, kafkaError, meansStaleMetadata } from '../../protocol/error-codes.ts'
import { isAboutRecords, mayBeWritten } from '../../protocol/produce-errors.ts'
import { halves, type RefusingAnswer, refusedBy, withoutRefused } from '../judged-batch.ts'
import type { Cluster } from './cluster.ts'
import type { SentBatch } from './produce-lane.ts'
import type { ProduceQueue, QueuedBatch } from './produce-queue.ts'
import { pauseMs } from './retry.ts'

export interface SettlementEvents {
  /** The batch is acknowledged, replaced or given up. */
  done(batch: QueuedBatch): void
  /** These wait in the place of one that is done. */
  added(batches: readonly QueuedBatch[]): void
  /** A batch cannot be delivered. */
  failed(error: unknown): void
  /** A queue may be sent from again. */
  rested(): void
}

/** What a leader would say, if there were one. */
const missingTopic: RefusingAnswer = {
  errorCode: kafkaError.UNKNOWN_TOPIC_OR_PARTITION,
  recordErrors: [],
  errorMessage: 'not in the metadata of the cluster',
}
const nobody = -1
const inDoubt = 'that may have been written before, when the answer was lost'

/** Decides what becomes of a batch by the broker's answer, or for want of one. */
export class Settlement {
  readonly #cluster: Cluster
  readonly #events: SettlementEvents
  /** The producer has failed or aborts: nobody is asked any more about what the broker refuses. */
  abandoned = false

  constructor(cluster: Cluster, events: SettlementEvents) {
    this.#cluster = cluster
    this.#events = events
  }

  answered(one: SentBatch, result: ProducePartitionResult): void {
    const { queue, batch } = one
    const { errorCode, baseOffset } = result
    if (errorCode === kafkaError.NONE || errorCode === kafkaError.DUPLICATE_SEQUENCE_NUMBER) {
      queue.succeeded(batch)
      if (baseOffset >= 0) queue.acknowledged = baseOffset + batch.records
      this.#events.done(batch)
    } else if (isFollowUp(queue, errorCode)) this.#later(one)
    else if (isRetriable(errorCode)) this.#refusedForNow(one, result)
    else if (errorCode === kafkaError.MESSAGE_TOO_LARGE && batch.records > 1) this.#split(one)
    else this.#refused(one, result)
  }

  /** The answer to the request says nothing of the batch. */
  left(one: SentBatch): void {
    this.giveUp(one, new StreamsError('protocol-malformed', `Produce: no answer for ${one.queue.name}`))
  }

  /** The connection ended before the answer: the batch is sent again, for as long as it takes. */
  unanswered(one: SentBatch): void {
    one.batch.maybeWritten = true
    this.#noteFailure(one.queue)
    this.#later(one)
  }

  /** The cluster does not know the partition: what has waited for it too long is refused. */
  missing(queue: ProduceQueue): void {
    this.#noteFailure(queue)
    queue.failures++
    if (!this.#isOverdue(queue)) return
    for (let batch = queue.next(nobody); batch; batch = queue.next(nobody)) {
      queue.sent(nobody)
      this.#refused({ queue, batch, topic: queue.topic, partition: queue.partition }, missingTopic)
    }
  }

  giveUp({ queue, batch }: SentBatch, error: unknown): void {
    queue.gaveUp(batch)
    this.#events.done(batch)
    this.#events.failed(error)
  }

  /** Leaves a queue alone for a moment, longer with each failure. */
  rest(queue: ProduceQueue): void {
    queue.failures++
    queue.resting = true
    this.#cluster.context.clock.after(pauseMs(queue.failures, 20, 1000), () => {
      queue.resting = false
      this.#events.rested()
    })
  }

  #later({ queue, batch }: SentBatch): void {
    if (queue.failed(batch)) this.rest(queue)
  }

  #refusedForNow(one: SentBatch, result: ProducePartitionResult): void {
    const { queue, batch } = one
    const { errorCode, baseOffset } = result
    batch.maybeWritten ||= mayBeWritten(errorCode, baseOffset)
    if (meansStaleMetadata(errorCode)) this.#cluster.forgetLeaders([queue])
    this.#noteFailure(queue)
    if (this.#isOverdue(queue)) this.#refused(one, result)
    else this.#later(one)
  }

  /** The broker will not take the batch as it is: what it refuses is for the batch's judge to decide about. */
  #refused(one: SentBatch, answer: RefusingAnswer): void {
    const { queue, batch } = one
    const { errorCode, errorMessage } = answer
    if (batch.judge && isAboutRecords(errorCode) && !this.abandoned)
      this.#replace(one, () => withoutRefused(batch, queue, answer, !batch.maybeWritten))
    else this.giveUp(one, refusedBy(errorCode, queue, errorMessage))
  }

  #split(one: SentBatch): void {
    const { queue, batch } = one
    if (!batch.maybeWritten) this.#replace(one, () => halves(batch))
    else
      this.giveUp(
        one,
        new StreamsError('transaction-aborted', `${queue.name}: a batch is too large now ${inDoubt}`),
      )
  }

  #replace(one: SentBatch, by: () => readonly QueuedBatch[]): void {
    const { queue, batch } = one
    try {
      const batches = by()
      this.#events.added(batches)
      queue.replaced(batch, batches)
      this.#events.done(batch)
    } catch (error) {
      this.giveUp(one, error)
    }
  }

  #noteFailure(queue: ProduceQueue): void {
    if (!queue.recovering && queue.failures === 0) queue.failingSince = this.#now
  }

  /** It has been failing for longer than what the broker calls retriable is borne. */
  #isOverdue(queue: ProduceQueue): boolean {
    return this.#now - queue.failingSince > this.#cluster.settings.deliveryTimeoutMs
  }

  get #now(): number {
    return this.#cluster.context.clock.monotonic()
  }
}

/** A batch behind one that failed or was refused: its sequence comes too early. */
function isFollowUp(queue: ProduceQueue, errorCode: number): boolean {
  return queue.recovering && errorCode === kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER
}
