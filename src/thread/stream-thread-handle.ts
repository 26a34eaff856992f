import type { GroupAssignment } from '../assign/streams-assignor.ts'
import type { Metric } from '../metrics/metric.ts'
import type { StoreSize } from '../store/store-size.ts'
import type { StoreReply, StoreRequest } from '../task/store-question.ts'
import type { SignsOfLife } from './thread-pulse.ts'
import type { StorePosition } from './thread-queries.ts'

/** `created` until it joins the group for the first time; `stopping` from when it is asked to end. */
export type ThreadState = 'created' | 'rebalancing' | 'running' | 'stopping' | 'ended'

/** What a thread may use of the application's memory, bytes. */
export interface MemoryShare {
  /** For state. */
  readonly state: number
  /** For the record cache. */
  readonly cache: number
}

/** A stream thread as the application sees it, wherever it runs. */
export interface StreamThreadHandle {
  /** From 1; part of its name and its transactional id. */
  readonly number: number
  readonly name: string
  readonly state: ThreadState
  /** What the last rebalance said of the whole group. */
  readonly assignment: GroupAssignment | undefined
  /** How many tasks the subtopologies have of which some run there, by id. */
  readonly partitions: ReadonlyMap<number, number>
  readonly signs: SignsOfLife
  /** Resolves when it has ended as asked; rejects with what ended it. Its task directories are closed by then. */
  readonly ended: Promise<void>
  /** Commits, closes the tasks and ends. @param leaveGroup by default a static member stays. */
  stop(leaveGroup?: boolean): void
  /** Ends what cannot end by itself: nothing is committed. */
  terminate(): void
  pause(): void
  resume(): void
  /** Asks all instances of the application to shut down, through the group (KIP-671). */
  requestShutdown(): void
  setMemory(share: MemoryShare): void
  /** A page of a store of one of its tasks, standbys included. @throws StreamsError `query-unsupported` */
  read(request: StoreRequest): Promise<StoreReply>
  /** How far the stores of its tasks are, standbys included. */
  positions(): Promise<readonly StorePosition[]>
  /** What the stores of its tasks take, standbys included. */
  stateSizes(): Promise<readonly StoreSize[]>
  /** What the thread measures, as it is now. */
  metrics(): Promise<readonly Metric[]>
}
