import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AssignmentOptions,
  assignmentDefaults,
  type ResolvedAssignmentOptions,
  resolveAssignmentOptions,
} from './assignment-options.ts'
import type { DeserializationHandler, ProcessingHandler, ProductionHandler } from './error-handlers.ts'
import { StreamsError } from './errors.ts'
import { consoleLogger, type Logger } from './logger.ts'
import { type Duration, durationMs } from './time/duration.ts'

/**
 * `replace-thread`: another one takes its place and goes on from the last commit. `shutdown-client`: this instance ends
 * in ERROR. `shutdown-application`: all instances do, told through the group (KIP-671).
 */
export type UncaughtErrorResponse = 'replace-thread' | 'shutdown-client' | 'shutdown-application'

export type UncaughtErrorHandler = (error: Error, thread: string) => UncaughtErrorResponse

/** What an application may set. Each option's Java key is in the README's table. */
export interface StreamsOptions extends AssignmentOptions {
  /** Names the consumer group and prefixes internal topics and transactional ids. */
  readonly applicationId: string
  /** Directory of the local state; an own one for each process on a machine. */
  readonly stateDir?: string
  /** How often results are committed, and so become visible. */
  readonly commitInterval?: Duration
  /** How often state is written to LMDB at most; the changelog is the durable copy in between. */
  readonly checkpointInterval?: Duration
  readonly transactionTimeout?: Duration
  readonly sessionTimeout?: Duration
  readonly heartbeatInterval?: Duration
  readonly rebalanceTimeout?: Duration
  /** How often what was read and committed of repartition topics is deleted, at a commit. */
  readonly repartitionPurgeInterval?: Duration
  /** How often to look for new topics that match a pattern, and for new partitions of source topics. */
  readonly metadataMaxAge?: Duration
  /** Where to begin in a source topic that has no committed offset, or whose offset is gone. */
  readonly offsetReset?: 'earliest' | 'latest' | 'none'
  /** Of input that its serdes cannot read. */
  readonly deserializationHandler?: DeserializationHandler
  /** Of what a function of the topology throws. */
  readonly processingHandler?: ProcessingHandler
  /**
   * Of output that its serdes cannot write, that is larger than `maxRecordBytes`, or that the broker refuses for what it
   * is; changelog records among them. Refused records alone are left out: the transaction goes on with all others.
   */
  readonly productionHandler?: ProductionHandler
  /** Largest size of a record that is written, key, value and headers together. */
  readonly maxRecordBytes?: number
  /** Takes the input record of every failure that a handler meets, with headers that say what happened (KIP-1034). */
  readonly deadLetterTopic?: string
  /**
   * How long a task that has no input of one partition waits for it before it goes on with the others, once it is known
   * that the broker has no more; 0: not at all. `-1`: it does not even wait for what the broker has.
   */
  readonly maxTaskIdle?: Duration | -1
  /** Of the record cache, of all tasks together: cached stores forward the last update of a key, at commits and when it is full. */
  readonly cacheMaxBytes?: number
  /** `off` processes every record in JavaScript, one at a time. */
  readonly kernel?: 'auto' | 'off'
  /** Bytes of state kept in memory, of all tasks together. */
  readonly stateMemory?: number
  /** Largest size of one task's LMDB file, bytes; address space, not disk. */
  readonly stateMapSize?: number
  /** After how long the state of a task that runs elsewhere is removed. */
  readonly stateCleanupDelay?: Duration
  /** Of internal topics; -1 is the broker's default. */
  readonly replicationFactor?: number
  /**
   * Stream threads, each a member of the group (num.stream.threads). One runs in the caller's thread; more run in worker
   * threads, which import the topology's module, and which options that are functions cannot reach: handlers are given to
   * the topology. On an embedded cluster all run in the caller's thread.
   */
  readonly threads?: number
  /** Names this instance in the group, so that a quick restart rebalances nothing (group.instance.id, KIP-345). */
  readonly groupInstanceId?: string
  /** What is done when a stream thread dies (KIP-671). */
  readonly uncaughtErrorHandler?: UncaughtErrorHandler
  /** `host:port` under which other instances reach this one's queries. */
  readonly applicationServer?: string
  readonly logger?: Logger
}

/** All options set and checked; durations in ms. */
export interface ResolvedOptions extends ResolvedAssignmentOptions {
  readonly applicationId: string
  readonly stateDir: string
  readonly commitIntervalMs: number
  readonly checkpointIntervalMs: number
  readonly transactionTimeoutMs: number
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly rebalanceTimeoutMs: number
  readonly repartitionPurgeIntervalMs: number
  readonly metadataMaxAgeMs: number
  readonly offsetReset: 'earliest' | 'latest' | 'none'
  readonly deserializationHandler: DeserializationHandler
  readonly processingHandler: ProcessingHandler
  readonly productionHandler: ProductionHandler
  readonly maxRecordBytes: number
  readonly deadLetterTopic: string | undefined
  /** -1: never wait. */
  readonly maxTaskIdleMs: number
  readonly cacheMaxBytes: number
  readonly kernel: 'auto' | 'off'
  readonly stateMemory: number
  readonly stateMapSize: number
  readonly stateCleanupDelayMs: number
  readonly replicationFactor: number
  readonly applicationServer: string | undefined
  readonly threads: number
  readonly groupInstanceId: string | undefined
  readonly logger: Logger
}

const defaults = {
  commitInterval: 1000,
  checkpointInterval: 5000,
  transactionTimeout: 10_000,
  sessionTimeout: 45_000,
  heartbeatInterval: 3000,
  rebalanceTimeout: 300_000,
  repartitionPurgeInterval: 30_000,
  metadataMaxAge: 300_000,
  stateCleanupDelay: 600_000,
  offsetReset: 'earliest',
  deserializationHandler: 'fail',
  processingHandler: 'fail',
  productionHandler: 'fail',
  maxRecordBytes: 2 ** 20,
  maxTaskIdle: 0,
  cacheMaxBytes: 10 * 2 ** 20,
  kernel: 'auto',
  stateMemory: 256 * 2 ** 20,
  stateMapSize: 16 * 2 ** 30,
  replicationFactor: -1,
  threads: 1,
} as const

const known: ReadonlySet<string> = new Set([
  ...Object.keys(defaults),
  ...Object.keys(assignmentDefaults),
  'applicationId',
  'stateDir',
  'applicationServer',
  'groupInstanceId',
  'uncaughtErrorHandler',
  'deadLetterTopic',
  'logger',
])

/**
 * @param otherProblems of options that are checked elsewhere.
 * @throws StreamsError `options-invalid` listing every problem.
 */
export function resolveOptions(
  options: StreamsOptions,
  otherProblems: readonly string[] = [],
): ResolvedOptions {
  const problems = [...otherProblems]
  const check = (good: boolean, problem: string): void => {
    if (!good) problems.push(problem)
  }
  const duration = (name: DurationOption): number => {
    try {
      return durationMs((options[name] as Duration | undefined) ?? defaults[name], name)
    } catch (error) {
      problems.push((error as Error).message)
      return defaults[name]
    }
  }
  for (const name of Object.keys(options)) check(known.has(name), `${name}: no such option`)
  check(
    typeof options.applicationId === 'string' && /^[a-zA-Z0-9._-]{1,200}$/.test(options.applicationId),
    `applicationId: ${JSON.stringify(options.applicationId)} is not a name of letters, digits, '.', '_' and '-'`,
  )
  const resolved: ResolvedOptions = {
    applicationId: options.applicationId,
    stateDir: options.stateDir ?? join(tmpdir(), 'kafka-streams'),
    commitIntervalMs: duration('commitInterval'),
    checkpointIntervalMs: duration('checkpointInterval'),
    transactionTimeoutMs: duration('transactionTimeout'),
    sessionTimeoutMs: duration('sessionTimeout'),
    heartbeatIntervalMs: duration('heartbeatInterval'),
    rebalanceTimeoutMs: duration('rebalanceTimeout'),
    repartitionPurgeIntervalMs: duration('repartitionPurgeInterval'),
    metadataMaxAgeMs: duration('metadataMaxAge'),
    offsetReset: options.offsetReset ?? defaults.offsetReset,
    deserializationHandler: options.deserializationHandler ?? defaults.deserializationHandler,
    processingHandler: options.processingHandler ?? defaults.processingHandler,
    productionHandler: options.productionHandler ?? defaults.productionHandler,
    maxRecordBytes: options.maxRecordBytes ?? defaults.maxRecordBytes,
    deadLetterTopic: options.deadLetterTopic,
    maxTaskIdleMs: options.maxTaskIdle === -1 ? -1 : duration('maxTaskIdle'),
    cacheMaxBytes: options.cacheMaxBytes ?? defaults.cacheMaxBytes,
    kernel: options.kernel ?? defaults.kernel,
    stateMemory: options.stateMemory ?? defaults.stateMemory,
    stateMapSize: options.stateMapSize ?? defaults.stateMapSize,
    stateCleanupDelayMs: duration('stateCleanupDelay'),
    replicationFactor: options.replicationFactor ?? defaults.replicationFactor,
    applicationServer: options.applicationServer,
    threads: options.threads ?? defaults.threads,
    groupInstanceId: options.groupInstanceId,
    ...resolveAssignmentOptions(options, (problem) => problems.push(problem)),
    logger: options.logger ?? consoleLogger,
  }
  check(
    ['earliest', 'latest', 'none'].includes(resolved.offsetReset),
    `offsetReset: ${JSON.stringify(resolved.offsetReset)} is not 'earliest', 'latest' or 'none'`,
  )
  check(
    ['auto', 'off'].includes(resolved.kernel),
    `kernel: ${JSON.stringify(resolved.kernel)} is not 'auto' or 'off'`,
  )
  for (const name of ['deserializationHandler', 'processingHandler', 'productionHandler'] as const) {
    const handler = resolved[name]
    check(
      typeof handler === 'function' || ['fail', 'continue'].includes(handler),
      `${name}: neither 'fail', 'continue' nor a function`,
    )
  }
  check(atLeast(resolved.maxRecordBytes, 1), 'maxRecordBytes: not a whole number of at least 1')
  check(atLeast(resolved.cacheMaxBytes, 0), 'cacheMaxBytes: not a whole number of at least 0')
  check(atLeast(resolved.stateMemory, 2 ** 20), 'stateMemory: at least 1 MiB is needed')
  check(atLeast(resolved.stateMapSize, 2 ** 20), 'stateMapSize: at least 1 MiB is needed')
  check(
    resolved.replicationFactor === -1 || atLeast(resolved.replicationFactor, 1),
    'replicationFactor: neither -1 nor a whole number of at least 1',
  )
  check(atLeast(resolved.threads, 1), 'threads: not a whole number of at least 1')
  check(
    resolved.groupInstanceId === undefined || /^[a-zA-Z0-9._-]{1,200}$/.test(resolved.groupInstanceId),
    `groupInstanceId: ${JSON.stringify(resolved.groupInstanceId)} is not a name of letters, digits, '.', '_' and '-'`,
  )
  check(
    options.uncaughtErrorHandler === undefined || typeof options.uncaughtErrorHandler === 'function',
    'uncaughtErrorHandler: not a function',
  )
  check(
    resolved.applicationServer === undefined || /^.+:\d{1,5}$/.test(resolved.applicationServer),
    `applicationServer: ${JSON.stringify(resolved.applicationServer)} is not 'host:port'`,
  )
  check(
    resolved.transactionTimeoutMs > resolved.commitIntervalMs,
    `transactionTimeout (${resolved.transactionTimeoutMs} ms) must be longer than commitInterval (${resolved.commitIntervalMs} ms)`,
  )
  check(
    resolved.heartbeatIntervalMs * 3 <= resolved.sessionTimeoutMs,
    `heartbeatInterval (${resolved.heartbeatIntervalMs} ms) must be at most a third of sessionTimeout (${resolved.sessionTimeoutMs} ms)`,
  )
  if (problems.length > 0) throw new StreamsError('options-invalid', problems.join('\n'))
  return resolved
}

type DurationOption =
  | 'commitInterval'
  | 'checkpointInterval'
  | 'transactionTimeout'
  | 'sessionTimeout'
  | 'heartbeatInterval'
  | 'rebalanceTimeout'
  | 'stateCleanupDelay'
  | 'repartitionPurgeInterval'
  | 'metadataMaxAge'
  | 'maxTaskIdle'

function atLeast(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least
}
