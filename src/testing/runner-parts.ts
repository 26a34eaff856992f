import type { DropReason } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import type { EmitIntervals } from '../operator/context.ts'
import type { Plan } from '../plan/plan.ts'
import type { TestDirectory } from './test-directory.ts'
import type { TestSender } from './test-sender.ts'

/** What a test driver makes its runners from. */
export interface RunnerParts {
  readonly plan: Plan
  readonly options: ResolvedOptions
  readonly changelog: 'each' | 'as-declared'
  /** Of the topic that has most, of those that the user made. */
  readonly partitions: number
  readonly seed: number | undefined
  readonly clock: Clock
  readonly directory: TestDirectory
  readonly emitIntervals: EmitIntervals
  partitionsOf(topic: string): number
  /** For the task of a partition. */
  senderOf(partition: number): TestSender
  dropped(node: string, reason: DropReason, count?: number): void
}
