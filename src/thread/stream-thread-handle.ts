import type { GroupAssignment } from '../assign/streams-assignor.ts'
import type { StoredValue } from '../task/task-store.ts'
import type { StoreQuestion } from './messages.ts'

/** `created` until it joins the group for the first time; `stopping` from when it is asked to end. */
export type ThreadState = 'created' | 'rebalancing' | 'running' | 'stopping' | 'ended'

/** What the thread answered about a key. */
export type StoreRead =
  /** The thread does not run the task, or its stores are not complete. */
  { readonly here: false } | { readonly here: true; readonly found: StoredValue | undefined }

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
  setStateMemory(bytes: number): void
  read(question: StoreQuestion): Promise<StoreRead>
}
