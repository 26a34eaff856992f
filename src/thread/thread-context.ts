import type { StreamsAssignor } from '../assign/streams-assignor.ts'
import type { Client } from '../client/client.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import type { RecordCache } from '../store/record-cache.ts'
import type { TaskLocks } from '../store/task-locks.ts'
import type { TaskOpener } from '../task/task-opener.ts'
import type { TaskTimeout } from '../task/task-timeout.ts'
import type { ThreadMeters } from '../task/thread-meters.ts'
import type { ThreadPulse } from './thread-pulse.ts'

/** What a stream thread is given. */
export interface ThreadContext {
  readonly name: string
  readonly options: ResolvedOptions
  readonly client: Client
  readonly clock: Clock
  readonly hooks: Hooks
  readonly logger: Logger
  readonly assignor: StreamsAssignor
  readonly opener: TaskOpener
  /** Of all its tasks; undefined: nothing is cached. */
  readonly cache: RecordCache | undefined
  readonly taskTimeout: TaskTimeout
  readonly meters: ThreadMeters
  readonly locks: TaskLocks
  /** Shows the outside that the loop turns. */
  readonly pulse: ThreadPulse
  /** `<application id>-<process id>-<thread>`: fences the predecessor after a crash. */
  readonly transactionalId: string
  /** Static membership (KIP-345): undefined for a dynamic member. */
  readonly groupInstanceId: string | undefined
  onState(state: 'rebalancing' | 'running'): void
  /** The group knows the thread by this id. */
  readonly onMember: (memberId: string) => void
}
