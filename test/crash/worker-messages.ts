import type { StreamsOptions } from '../../src/core/options.ts'
import type { Doom } from './fate.ts'

/** What a worker process says to the harness; times in ms since the epoch. */
export type WorkerEvent =
  | { readonly event: 'state'; readonly to: string; readonly error: WorkerError | null }
  | { readonly event: 'tasks'; readonly thread: string; readonly assigned: readonly string[] }
  | { readonly event: 'committed'; readonly records: number }
  | { readonly event: 'checkpointed'; readonly task: string; readonly rows: number; readonly at: number }
  | {
      readonly event: 'restored'
      readonly task: string
      readonly from: number
      readonly to: number
      /** When it began; restoring makes checkpoints too. */
      readonly since: number
    }
  | { readonly event: 'restoring'; readonly task: string }
  /** The log did not have where an input was to be read. */
  | { readonly event: 'positionReset'; readonly reset: PositionReset }
  | { readonly event: 'stateSetAside'; readonly task: string; readonly reason: string }
  | { readonly event: 'threadFailed'; readonly thread: string }
  | { readonly event: 'aborted'; readonly code: string; readonly message: string }
  | { readonly event: 'answers'; readonly counts: readonly (number | null)[] }

export interface PositionReset {
  readonly topic: string
  readonly partition: number
  /** Where it goes on. */
  readonly to: number
}

export interface WorkerError {
  /** Of a StreamsError. */
  readonly code: string | null
  readonly message: string
  readonly stack: string
}

export interface WindowName {
  readonly key: string
  /** ms since the epoch. */
  readonly start: number
}

/** What the harness asks of a worker process. */
export type WorkerCommand =
  | { readonly command: 'fetch'; readonly windows: readonly WindowName[] }
  | ({ readonly command: 'doom' } & Doom)
  /** Its wall clock is to be so far from the machine's, ms. */
  | { readonly command: 'clock'; readonly aheadMs: number }
  | { readonly command: 'close' }

export type WorkerJob = 'clicks' | 'pipeline'

/** What a worker is told besides; an own object, so that it goes through a command line. */
export interface WorkerSettings extends TunedOptions {
  /** A thread that dies is replaced; otherwise the worker ends. */
  readonly replaceThreads?: boolean
}

type TunedOptions = Pick<
  StreamsOptions,
  | 'sessionTimeout'
  | 'transactionTimeout'
  | 'offsetReset'
  | 'stateMapSize'
  | 'checkpointInterval'
  | 'commitInterval'
  | 'numStandbyReplicas'
  | 'acceptableRecoveryLag'
  | 'threads'
>
