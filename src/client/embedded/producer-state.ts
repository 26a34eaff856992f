import { sequenceAfter } from '../../protocol/record-batch/rewrite.ts'
import { refused } from './refused.ts'

/** What identifies a batch of an idempotent producer. */
export interface SequencedBatch {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

interface Appended {
  readonly baseSequence: number
  readonly recordCount: number
  readonly baseOffset: number
}

interface ProducerState {
  epoch: number
  nextSequence: number
  readonly recent: Appended[]
}

/** A producer has at most five requests in flight, so a repeated batch is one of the last five. */
const remembered = 5

/**
 * What one partition knows of its idempotent producers (Kafka's ProducerStateManager). Unlike there, nothing expires,
 * so the first batch of a producer or of an epoch must have sequence 0.
 */
export class ProducerStates {
  readonly #producers = new Map<number, ProducerState>()

  /**
   * @returns the base offset if the batch was appended before; undefined: append it, and say so to `appended`.
   * @throws StreamsError `fenced` on an old epoch, OUT_OF_ORDER_SEQUENCE_NUMBER on a gap.
   */
  check(batch: SequencedBatch): number | undefined {
    const state = this.#producers.get(batch.producerId)
    if (state && batch.producerEpoch < state.epoch)
      throw refused(
        'INVALID_PRODUCER_EPOCH',
        `producer ${batch.producerId} sent epoch ${batch.producerEpoch}, but ${state.epoch} is known`,
      )
    const current = state?.epoch === batch.producerEpoch ? state : undefined
    const duplicate = current?.recent.find(
      ({ baseSequence, recordCount }) =>
        baseSequence === batch.baseSequence && recordCount === batch.recordCount,
    )
    if (duplicate) return duplicate.baseOffset
    const expected = current?.nextSequence ?? 0
    if (batch.baseSequence === expected) return undefined
    throw refused(
      'OUT_OF_ORDER_SEQUENCE_NUMBER',
      `producer ${batch.producerId} sent sequence ${batch.baseSequence} where ${expected} was expected`,
    )
  }

  appended(
    { producerId, producerEpoch, baseSequence, recordCount }: SequencedBatch,
    baseOffset: number,
  ): void {
    const state = this.#ofEpoch(producerId, producerEpoch)
    state.nextSequence = sequenceAfter(baseSequence, recordCount)
    state.recent.push({ baseSequence, recordCount, baseOffset })
    if (state.recent.length > remembered) state.recent.shift()
  }

  /** A marker of this epoch was written: batches of older epochs are refused from now on. */
  marked(producerId: number, producerEpoch: number): void {
    this.#ofEpoch(producerId, producerEpoch)
  }

  #ofEpoch(producerId: number, epoch: number): ProducerState {
    const known = this.#producers.get(producerId)
    if (known?.epoch === epoch) return known
    const fresh = { epoch, nextSequence: 0, recent: [] }
    this.#producers.set(producerId, fresh)
    return fresh
  }
}
