import type { GroupAssignment } from '../assign/streams-assignor.ts'
import type { KafkaOptions } from '../client/kafka/options.ts'
import type { HookEvents } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { TaskId } from '../core/task-id.ts'
import type { KernelModule } from '../kernel/load.ts'
import type { StoreRequest } from '../task/store-question.ts'
import type { ErrorMessage, FactsMessage } from './error-message.ts'
import type { MemoryShare, ThreadState } from './stream-thread-handle.ts'

/** What a worker thread begins with. */
export interface WorkerStart {
  /** Tells a worker of this library from the user's own. */
  readonly millrace: 'stream-thread'
  /** Where the topology is exported, what it was built with, and what it must be. */
  readonly module: string
  readonly args: unknown
  readonly hash: string
  readonly options: Omit<ResolvedOptions, 'logger'>
  readonly kafka: KafkaOptions
  /** The connection options have a function that gives OAuth tokens: it is asked for by message. */
  readonly asksTokens: boolean
  /** From 1. */
  readonly number: number
  /** Compiled once, for all threads. */
  readonly kernel: KernelModule
  /** `ThreadPulse.shared`. */
  readonly pulse: Int32Array
  /** `TerminationLock.shared`. */
  readonly termination: Int32Array
}

/** Main thread to worker. */
export type ToWorker =
  /** Commit, close the tasks and end. */
  | { readonly kind: 'stop'; readonly leaveGroup: boolean | undefined }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** Ask the whole application to shut down (KIP-671). */
  | { readonly kind: 'request-shutdown' }
  /** The thread's share of the application's memory has changed. */
  | { readonly kind: 'memory'; readonly share: MemoryShare }
  /** A query: answered by a StoreReply. */
  | { readonly kind: 'read'; readonly id: number; readonly request: StoreRequest }
  /** Answered by StorePositions. */
  | { readonly kind: 'positions'; readonly id: number }
  /** Answered by the sizes of its stores. */
  | { readonly kind: 'state-sizes'; readonly id: number }
  /** Answered by its metrics. */
  | { readonly kind: 'metrics'; readonly id: number }
  | Answer

/** Worker to main thread. */
export type FromWorker =
  | { readonly kind: 'state'; readonly state: ThreadState }
  | {
      readonly kind: 'assigned'
      readonly assignment: GroupAssignment
      readonly partitions: ReadonlyMap<number, number>
    }
  /** The group knows the thread by this id. */
  | { readonly kind: 'member'; readonly memberId: string }
  | { readonly kind: 'event'; readonly event: keyof HookEvents; readonly facts: FactsMessage }
  | {
      readonly kind: 'log'
      readonly level: keyof Logger
      readonly facts: FactsMessage
      readonly text: string
    }
  /** May it have the directory of this task? Answered by a boolean. */
  | { readonly kind: 'acquire'; readonly id: number; readonly task: TaskId }
  | { readonly kind: 'release'; readonly task: TaskId }
  /** Which tasks do other threads have? Answered by their names. */
  | { readonly kind: 'elsewhere'; readonly id: number }
  /** Answered by an OAuth token. */
  | { readonly kind: 'token'; readonly id: number }
  /** The last message: what ended the thread, if it was not asked to. Nothing of it runs any more. */
  | { readonly kind: 'ended'; readonly error: ErrorMessage | undefined }
  | Answer

/** To the call of the same id, in either direction. */
export interface Answer {
  readonly kind: 'answer'
  readonly id: number
  readonly value: unknown
  readonly error: ErrorMessage | undefined
}
