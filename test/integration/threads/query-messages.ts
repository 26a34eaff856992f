import type { QueryJobArgs } from './query-job.ts'

/** What an instance is started with. */
export interface InstanceStart {
  readonly applicationId: string
  readonly brokers: readonly string[]
  readonly stateDir: string
  readonly port: number
  readonly threads: number
  readonly args: QueryJobArgs
}

/** What the test asks an instance. */
export type Asked =
  | { readonly kind: 'counts'; readonly users: readonly string[]; readonly window: number }
  | { readonly kind: 'paid'; readonly users: readonly string[]; readonly stale?: boolean }
  | { readonly kind: 'all-paid'; readonly reverse: boolean; readonly limit?: number }
  | { readonly kind: 'all-counts'; readonly from: number; readonly to: number }
  | { readonly kind: 'instances' }
  | { readonly kind: 'lags' }

export type ToInstance = (Asked & { readonly id: number }) | { readonly kind: 'close' }

export type FromInstance =
  | { readonly kind: 'running' }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: string }
