import type { TopicPartition } from '../core/topic-partition.ts'

/** The changelog of one store of a task, and how far the store has it. */
export interface Changelog extends TopicPartition {
  readonly store: string
  /** Differs when the topic was deleted and made again. */
  readonly topicId: string
  /** It is the source topic itself, which holds what was not processed yet, too: the store takes nothing from `end` on. */
  readonly isSource: boolean
  /** Restored up to here the store is complete: the log's end, or the committed offset, when the task was opened. */
  end: number
  /** Offset of the first record that the store does not hold. */
  next: number
}
