import type { OptionChecks } from './option-checks.ts'
import type { Duration } from './time/duration.ts'

/** How records are read, processed and committed. */
export interface ProcessingOptions {
  /** How often results are committed, and so become visible. */
  readonly commitInterval?: Duration
  readonly transactionTimeout?: Duration
  /** How often what was read and committed of repartition topics is deleted, at a commit. */
  readonly repartitionPurgeInterval?: Duration
  /** Where to begin in a source topic that has no committed offset, or whose offset is gone. */
  readonly offsetReset?: 'earliest' | 'latest' | 'none'
  /** Largest size of a record that is written, key, value and headers together. */
  readonly maxRecordBytes?: number
  /**
   * How long a task that has no input of one partition waits for it before it goes on with the others, once it is known
   * that the broker has no more; 0: not at all. `-1`: it does not even wait for what the broker has.
   */
  readonly maxTaskIdle?: Duration | -1
  /** `off` processes every record in JavaScript, one at a time. */
  readonly kernel?: 'auto' | 'off'
  /**
   * Stream threads, each a member of the group (num.stream.threads). One runs in the caller's thread; more run in worker
   * threads, which import the topology's module, and which options that are functions cannot reach: handlers are given to
   * the topology. On an embedded cluster all run in the caller's thread.
   */
  readonly threads?: number
  /** How often the log says at level info how much was processed; 0: never. */
  readonly logSummaryInterval?: Duration
}

export interface ResolvedProcessingOptions {
  readonly commitIntervalMs: number
  readonly transactionTimeoutMs: number
  readonly repartitionPurgeIntervalMs: number
  readonly offsetReset: 'earliest' | 'latest' | 'none'
  readonly maxRecordBytes: number
  /** -1: never wait. */
  readonly maxTaskIdleMs: number
  readonly kernel: 'auto' | 'off'
  readonly threads: number
  readonly logSummaryIntervalMs: number
}

export const processingDefaults = {
  commitInterval: 1000,
  transactionTimeout: 10_000,
  repartitionPurgeInterval: 30_000,
  offsetReset: 'earliest',
  maxRecordBytes: (2 ** 20) as number,
  maxTaskIdle: 0,
  kernel: 'auto',
  threads: 1,
  logSummaryInterval: 120_000,
} as const

type DurationOption =
  | 'commitInterval'
  | 'transactionTimeout'
  | 'repartitionPurgeInterval'
  | 'logSummaryInterval'

export function resolveProcessingOptions(
  options: ProcessingOptions,
  checks: OptionChecks,
): ResolvedProcessingOptions {
  const duration = (name: DurationOption): number =>
    checks.duration(name, options[name], processingDefaults[name])
  const { maxTaskIdle } = options
  const resolved = {
    commitIntervalMs: duration('commitInterval'),
    transactionTimeoutMs: duration('transactionTimeout'),
    repartitionPurgeIntervalMs: duration('repartitionPurgeInterval'),
    offsetReset: options.offsetReset ?? processingDefaults.offsetReset,
    maxRecordBytes: options.maxRecordBytes ?? processingDefaults.maxRecordBytes,
    maxTaskIdleMs:
      maxTaskIdle === -1 ? -1 : checks.duration('maxTaskIdle', maxTaskIdle, processingDefaults.maxTaskIdle),
    kernel: options.kernel ?? processingDefaults.kernel,
    threads: options.threads ?? processingDefaults.threads,
    logSummaryIntervalMs: duration('logSummaryInterval'),
  }
  const { transactionTimeoutMs, commitIntervalMs } = resolved
  checks.oneOf('offsetReset', resolved.offsetReset, ['earliest', 'latest', 'none'])
  checks.oneOf('kernel', resolved.kernel, ['auto', 'off'])
  checks.wholeNumber('maxRecordBytes', resolved.maxRecordBytes, 1)
  checks.wholeNumber('threads', resolved.threads, 1)
  checks.check(
    transactionTimeoutMs > commitIntervalMs,
    `transactionTimeout (${transactionTimeoutMs} ms) must be longer than commitInterval (${commitIntervalMs} ms)`,
  )
  return resolved
}
