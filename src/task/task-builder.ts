import type { Producer } from '../client/client.ts'
import type { DropReason } from '../core/hooks.ts'
import type { OffsetReset } from '../core/offset-reset.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { TaskId } from '../core/task-id.ts'
import type { Clock } from '../core/time/clock.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import type { ByteStore } from '../store/byte-store.ts'
import type { TaskCache } from '../store/record-cache.ts'
import type { StoreTask } from '../store/store-directory.ts'
import type { TaskTopologyParts } from './task-topology.ts'

/** An input partition, and where it goes on. */
export interface OpenedInput {
  readonly partition: TopicPartition
  /** Name of the source node. */
  readonly source: string
  /** A repartition topic of the application. */
  readonly internal: boolean
  readonly position: number
  /** As of `FetchedInput`. */
  readonly offsetReset?: OffsetReset
  /** The log's end at the moment. */
  readonly end: number
  /** Largest timestamp of the records before, -1 if there were none. */
  readonly partitionTime: number
}

/** What both ways of running a subtopology are built from. */
export interface TaskBuilderParts {
  readonly id: TaskId
  readonly inputs: readonly OpenedInput[]
  readonly subtopology: Subtopology
  /** Where the task's stores keep their rows. */
  readonly bytes: ByteStore
  /** The task, as its stores know it. */
  readonly storeTask: StoreTask
  readonly producer: Producer
  readonly options: ResolvedOptions
  readonly clock: Clock
  /** Undefined: nothing is cached. */
  readonly cache: TaskCache | undefined
  /** Typed stores of the global tables, by name. */
  readonly globalStores: ReadonlyMap<string, unknown>
  readonly operatorTimes: ReadonlyMap<string, number>
  /** As of `TaskTopologyParts`. */
  readonly metered?: TaskTopologyParts['metered']
  /** @throws StreamsError `topic-missing` */
  partitionsOf(topic: string): number
  dropped(node: string, reason: DropReason, count: number): void
}

/** About 256 KiB is best; with many output partitions less, so that a task's open batches stay near a megabyte. */
export function batchBytes(outputPartitions: number): number {
  return Math.max(16 * 1024, Math.min(256 * 1024, Math.floor(2 ** 20 / Math.max(1, outputPartitions))))
}
