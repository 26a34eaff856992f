import type { KafkaStreamsOptions } from '../../src/app/application-options.ts'
import type { HookEvents } from '../../src/core/hooks.ts'
import type { StreamsOptions } from '../../src/core/options.ts'

/** What a process of an application is to run. */
export interface InstanceStart {
  /** A file of `topology/`, without its ending. */
  readonly topology: string
  readonly args?: Readonly<Record<string, unknown>>
  readonly brokers: readonly string[]
  readonly options: Omit<StreamsOptions, 'logger' | 'uncaughtErrorHandler'> &
    Pick<KafkaStreamsOptions, 'listen'>
  /** Joins the group and opens its tasks, but takes no records before `resume`. */
  readonly waits?: boolean
}

export type InstanceCommand = 'close' | 'resume'

/** A hook event of an instance, with what its process has used until then. */
export interface InstanceEvent<E extends keyof HookEvents = keyof HookEvents> {
  readonly event: E
  readonly facts: HookEvents[E]
  /** As `now` says. */
  readonly at: number
  readonly cpuSeconds: number
  readonly peakRssMiB: number
}
