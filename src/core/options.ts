import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StreamsError } from './errors.ts'
import { consoleLogger, type Logger } from './logger.ts'
import { type Duration, durationMs } from './time/duration.ts'

/** A record whose bytes the source's serdes or its timestamp expression cannot read. */
export interface BadInput {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly part: 'key' | 'value' | 'timestamp'
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** `fail` ends the application with nothing committed past the record; `continue` counts and skips it. */
export type DeserializationHandler = 'fail' | 'continue' | ((input: BadInput) => 'fail' | 'continue')

/** What an application may set. Each option's Java key is in the README's table. */
export interface StreamsOptions {
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
  /** Where to begin in a source topic that has no committed offset, or whose offset is gone. */
  readonly offsetReset?: 'earliest' | 'latest' | 'none'
  readonly deserializationHandler?: DeserializationHandler
  /** `off` processes every record in JavaScript, one at a time. */
  readonly kernel?: 'auto' | 'off'
  /** Bytes of state kept in memory, of all tasks together. */
  readonly stateMemory?: number
  /** Largest size of one task's LMDB file, bytes; address space, not disk. */
  readonly stateMapSize?: number
  /** Of internal topics; -1 is the broker's default. */
  readonly replicationFactor?: number
  /** `host:port` under which other instances reach this one's queries. */
  readonly applicationServer?: string
  readonly logger?: Logger
}

/** All options set and checked; durations in ms. */
export interface ResolvedOptions {
  readonly applicationId: string
  readonly stateDir: string
  readonly commitIntervalMs: number
  readonly checkpointIntervalMs: number
  readonly transactionTimeoutMs: number
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly rebalanceTimeoutMs: number
  readonly offsetReset: 'earliest' | 'latest' | 'none'
  readonly deserializationHandler: DeserializationHandler
  readonly kernel: 'auto' | 'off'
  readonly stateMemory: number
  readonly stateMapSize: number
  readonly replicationFactor: number
  readonly applicationServer: string | undefined
  readonly logger: Logger
}

const defaults = {
  commitInterval: 1000,
  checkpointInterval: 5000,
  transactionTimeout: 10_000,
  sessionTimeout: 45_000,
  heartbeatInterval: 3000,
  rebalanceTimeout: 300_000,
  offsetReset: 'earliest',
  deserializationHandler: 'fail',
  kernel: 'auto',
  stateMemory: 256 * 2 ** 20,
  stateMapSize: 16 * 2 ** 30,
  replicationFactor: -1,
} as const

const known: ReadonlySet<string> = new Set([
  ...Object.keys(defaults),
  'applicationId',
  'stateDir',
  'applicationServer',
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
      return durationMs(options[name] ?? defaults[name], name)
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
    offsetReset: options.offsetReset ?? defaults.offsetReset,
    deserializationHandler: options.deserializationHandler ?? defaults.deserializationHandler,
    kernel: options.kernel ?? defaults.kernel,
    stateMemory: options.stateMemory ?? defaults.stateMemory,
    stateMapSize: options.stateMapSize ?? defaults.stateMapSize,
    replicationFactor: options.replicationFactor ?? defaults.replicationFactor,
    applicationServer: options.applicationServer,
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
  check(
    typeof resolved.deserializationHandler === 'function' ||
      ['fail', 'continue'].includes(resolved.deserializationHandler),
    "deserializationHandler: neither 'fail', 'continue' nor a function",
  )
  check(atLeast(resolved.stateMemory, 2 ** 20), 'stateMemory: at least 1 MiB is needed')
  check(atLeast(resolved.stateMapSize, 2 ** 20), 'stateMapSize: at least 1 MiB is needed')
  check(
    resolved.replicationFactor === -1 || atLeast(resolved.replicationFactor, 1),
    'replicationFactor: neither -1 nor a whole number of at least 1',
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

function atLeast(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least
}
