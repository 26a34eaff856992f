import type { TopicPartition } from '../../core/topic-partition.ts'
import type { JudgedBatch } from '../judged-batch.ts'

/** One partition as its producer sees it. */
export interface Sent extends TopicPartition {
  /** The first is being delivered. */
  readonly waiting: JudgedBatch[]
  nextSequence: number
  acknowledgedSequence: number
  acknowledgedOffset: number | undefined
}

export function nothingSent(topic: string, partition: number): Sent {
  return {
    topic,
    partition,
    waiting: [],
    nextSequence: 0,
    acknowledgedSequence: 0,
    acknowledgedOffset: undefined,
  }
}
