import type { Clock } from '../core/time/clock.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { Isolation } from '../task/store-question.ts'

/** Where a key goes among so many partitions, if its topic was not written by Kafka's default partitioner. */
export type QueryPartitioner = (key: never, partitions: number) => number

/** How a store is read. */
export interface QueryOptions {
  /**
   * `latest` (the default): all that was processed so far, committed or not. `checkpoint`: what the last checkpoint on
   * disk holds, which is committed; `onRead` says how old it is.
   */
  readonly isolation?: Isolation
  /** A standby may answer, or a task that is being restored: `onRead` says how far it is behind. */
  readonly stale?: boolean
  /** How long an owner that moves, restores or does not answer is waited for (5 s). */
  readonly timeout?: Duration
  readonly signal?: AbortSignal
  /** Where keys are, if a partitioner of your own sent them there. */
  readonly partitioner?: QueryPartitioner
  /** Only this partition is read. */
  readonly partition?: number
  /** Told of each answer, by partition. */
  readonly onRead?: (facts: ReadFacts) => void
}

/** Of queries that may find many entries. */
export interface RangeQueryOptions extends QueryOptions {
  /** So many entries at most. */
  readonly limit?: number
}

export interface ReadFacts {
  readonly store: string
  readonly partition: number
  /** `host:port` of the instance that answered; null: this one. */
  readonly instance: string | null
  /** Of a checkpoint: how long ago it was committed, ms. */
  readonly checkpointAgeMs: number | undefined
  /** Of a standby or a task being restored: how many changelog records it was behind, as far as it knew. */
  readonly lag: number | undefined
}

/** One query's time. */
export interface Deadline {
  readonly atMs: number
  readonly signal: AbortSignal | undefined
}

const usualTimeoutMs = 5000

export function deadlineOf({ timeout, signal }: QueryOptions, clock: Clock): Deadline {
  const ms = timeout === undefined ? usualTimeoutMs : durationMs(timeout, 'query: timeout')
  return { atMs: clock.monotonic() + ms, signal }
}
