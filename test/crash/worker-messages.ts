import type { StreamsOptions } from '../../src/core/options.ts'
import type { FatefulStep } from './fate.ts'

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
  | { readonly event: 'stateSetAside'; readonly task: string; readonly reason: string }
  | { readonly event: 'aborted'; readonly code: string; readonly message: string }
  | { readonly event: 'answers'; readonly counts: readonly (number | null)[] }

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
  | { readonly command: 'die'; readonly at: FatefulStep }
  /** Its wall clock is to be so far from the machine's, ms. */
  | { readonly command: 'clock'; readonly aheadMs: number }
  | { readonly command: 'close' }

export type WorkerJob = 'clicks' | 'pipeline'

/** What a worker is told besides; an own object, so that it goes through a command line. */
export type WorkerSettings = Pick<
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
