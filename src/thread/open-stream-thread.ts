import { StreamsAssignor } from '../assign/streams-assignor.ts'
import type { Client } from '../client/client.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import { MetricRegistry } from '../metrics/registry.ts'
import type { Plan } from '../plan/plan.ts'
import { RecordCache } from '../store/record-cache.ts'
import type { StateDirectory } from '../store/state-directory.ts'
import type { TaskLocks } from '../store/task-locks.ts'
import { TaskOpener } from '../task/task-opener.ts'
import { TaskTimeout } from '../task/task-timeout.ts'
import { ThreadMeters } from '../task/thread-meters.ts'
import { StreamThread } from './stream-thread.ts'
import type { ThreadPulse } from './thread-pulse.ts'

export interface StreamThreadParts {
  readonly number: number
  readonly plan: Plan
  readonly options: ResolvedOptions
  readonly client: Client
  readonly clock: Clock
  readonly hooks: Hooks
  readonly logger: Logger
  readonly directory: StateDirectory
  readonly locks: TaskLocks
  readonly pulse: ThreadPulse
  /** Typed stores of the global tables, by name. */
  readonly globalStores: ReadonlyMap<string, unknown>
  onState(state: 'rebalancing' | 'running'): void
  /** The group knows the thread by this id. */
  onMember?(memberId: string): void
}

/** Java's name of a stream thread. */
export function streamThreadName(applicationId: string, processId: string, number: number): string {
  return `${applicationId}-${processId}-StreamThread-${number}`
}

/** The same for threads in workers and inline. */
export function openStreamThread(parts: StreamThreadParts): StreamThread {
  const { number, plan, options, client, clock, hooks, logger, directory, locks, globalStores } = parts
  const { applicationId, cacheMaxBytes, groupInstanceId } = options
  const { processId } = directory
  const taskTimeout = new TaskTimeout({ clock, logger, timeoutMs: options.taskTimeoutMs })
  const name = streamThreadName(applicationId, processId, number)
  const cache = cacheMaxBytes > 0 ? new RecordCache(cacheMaxBytes) : undefined
  const meters = new ThreadMeters(new MetricRegistry(clock, options), name)
  return new StreamThread({
    name,
    meters,
    options,
    client,
    clock,
    hooks,
    logger,
    locks,
    pulse: parts.pulse,
    assignor: new StreamsAssignor({
      plan,
      applicationId,
      processId,
      client,
      replicationFactor: options.replicationFactor,
      internalTopics: options,
      logger,
      clock,
      applicationServer: options.applicationServer,
      clientTags: options.clientTags,
      assignment: options,
      localTasks: () => directory.localTasks(),
    }),
    taskTimeout,
    opener: new TaskOpener({
      meters,
      taskTimeout,
      plan,
      options,
      client,
      clock,
      hooks,
      logger,
      directory,
      globalStores,
      cache,
    }),
    cache,
    transactionalId: `${applicationId}-${processId}-${number}`,
    groupInstanceId: groupInstanceId === undefined ? undefined : `${groupInstanceId}-${number}`,
    onState: parts.onState,
    onMember: (memberId) => parts.onMember?.(memberId),
  })
}
