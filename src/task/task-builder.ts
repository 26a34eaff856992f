import type { Producer } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { DropReason } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { TaskId } from '../core/task-id.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import type { TaskState } from '../store/task-state.ts'
import type { TaskFacts } from './task-facts.ts'

/** What both ways of running a subtopology are built from. */
export interface TaskBuilderParts {
  readonly id: TaskId
  readonly input: TopicPartition
  readonly subtopology: Subtopology
  readonly state: TaskState
  readonly producer: Producer
  readonly facts: TaskFacts
  readonly options: ResolvedOptions
  readonly partitionTime: number
  readonly operatorTimes: ReadonlyMap<string, number>
  dropped(node: string, reason: DropReason, count: number): void
}

export function partitionsOf({ facts }: TaskBuilderParts, topic: string): number {
  const found = facts.topics.get(topic)
  if (found) return found.partitions
  throw new StreamsError('topic-missing', `no such topic: ${topic}`)
}

/** About 256 KiB is best; with many output partitions less, so that a task's open batches stay near a megabyte. */
export function batchBytes(outputPartitions: number): number {
  return Math.max(16 * 1024, Math.min(256 * 1024, Math.floor(2 ** 20 / Math.max(1, outputPartitions))))
}
