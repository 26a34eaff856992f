import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atLeast, type OptionChecks } from './option-checks.ts'
import type { Duration } from './time/duration.ts'

/** Where state is, and how much memory it takes. */
export interface StateOptions {
  /** Directory of the local state; an own one for each process on a machine. */
  readonly stateDir?: string
  /** How often state is written to LMDB at most; the changelog is the durable copy in between. */
  readonly checkpointInterval?: Duration
  /** Of the record cache, of all tasks together: cached stores forward the last update of a key, at commits and when it is full. */
  readonly cacheMaxBytes?: number
  /** Bytes of state kept in memory, of all tasks together. */
  readonly stateMemory?: number
  /** Largest size of one task's LMDB file, bytes; address space, not disk. */
  readonly stateMapSize?: number
  /** After how long the state of a task that runs elsewhere is removed. */
  readonly stateCleanupDelay?: Duration
}

export interface ResolvedStateOptions {
  readonly stateDir: string
  readonly checkpointIntervalMs: number
  readonly cacheMaxBytes: number
  readonly stateMemory: number
  readonly stateMapSize: number
  readonly stateCleanupDelayMs: number
}

export const stateDefaults = {
  stateDir: undefined,
  checkpointInterval: 5000,
  cacheMaxBytes: (10 * 2 ** 20) as number,
  stateMemory: (256 * 2 ** 20) as number,
  stateMapSize: (16 * 2 ** 30) as number,
  stateCleanupDelay: 600_000,
} as const

export function resolveStateOptions(options: StateOptions, checks: OptionChecks): ResolvedStateOptions {
  const duration = (name: 'checkpointInterval' | 'stateCleanupDelay'): number =>
    checks.duration(name, options[name], stateDefaults[name])
  const resolved = {
    stateDir: options.stateDir ?? join(tmpdir(), 'kafka-streams'),
    checkpointIntervalMs: duration('checkpointInterval'),
    cacheMaxBytes: options.cacheMaxBytes ?? stateDefaults.cacheMaxBytes,
    stateMemory: options.stateMemory ?? stateDefaults.stateMemory,
    stateMapSize: options.stateMapSize ?? stateDefaults.stateMapSize,
    stateCleanupDelayMs: duration('stateCleanupDelay'),
  }
  checks.check(
    typeof resolved.stateDir === 'string' && resolved.stateDir !== '',
    'stateDir: not the path of a directory',
  )
  checks.wholeNumber('cacheMaxBytes', resolved.cacheMaxBytes, 0)
  checks.check(atLeast(resolved.stateMemory, 2 ** 20), 'stateMemory: at least 1 MiB is needed')
  checks.check(atLeast(resolved.stateMapSize, 2 ** 20), 'stateMapSize: at least 1 MiB is needed')
  return resolved
}
