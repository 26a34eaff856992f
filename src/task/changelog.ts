import type { TopicPartition } from '../core/topic-partition.ts'

/** The changelog of one store of a task, and how far the store has it. */
export interface Changelog extends TopicPartition {
  readonly store: string
  /** Differs when the topic was deleted and made again. */
  readonly topicId: string
  /** Log end when the task was opened; restored up to here the store is complete. */
  readonly end: number
  /** Offset of the first record that the store does not hold. */
  next: number
}
