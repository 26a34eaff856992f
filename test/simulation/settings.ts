import type { Random } from '../crash/random.ts'
import type { Theme } from './theme.ts'
import { type WorkloadName, workloadNames } from './workload/names.ts'

export const applicationId = 'simulation'

/** What a seed runs. Durations in ms. */
export interface Settings {
  readonly workloads: readonly WorkloadName[]
  readonly partitions: number
  /** Stream threads of each process. */
  readonly threads: readonly number[]
  readonly disk: 'lmdb' | 'memory'
  readonly kernel: 'auto' | 'off'
  readonly caching: boolean
  readonly changelog: 'each' | 'coalesced'
  readonly optimize: boolean
  readonly staticMembers: boolean
  readonly lateMarkers: boolean
  readonly compaction: boolean
  readonly numStandbyReplicas: number
  readonly acceptableRecoveryLag: number
  readonly commitInterval: number
  readonly checkpointInterval: number
  readonly transactionTimeout: number
  readonly sessionTimeout: number
  readonly rebalanceTimeout: number
  readonly maxTaskIdle: number
  readonly inputBatches: number
  /** Part of some values: with much of it, memory fills up. */
  readonly bulk: string
}

export function drawSettings(random: Random, theme: Theme): Settings {
  const drawn = random.pick(workloadNames)
  const first = theme.workload ?? drawn
  const second = random.pick(workloadNames)
  return {
    workloads: first === second || random.chance(0.5) ? [first] : [first, second],
    partitions: random.int(1, 3),
    threads: Array.from({ length: Math.max(theme.closing ? 2 : 1, random.pick([1, 2, 2, 3])) }, () =>
      random.pick([1, 1, 2]),
    ),
    disk: random.chance(0.2) ? 'lmdb' : 'memory',
    kernel: random.pick(['auto', 'off']),
    caching: random.chance(0.4),
    changelog: random.pick(['each', 'coalesced']),
    optimize: random.chance(0.5),
    staticMembers: random.chance(0.25) && !theme.closing,
    lateMarkers: random.chance(0.5),
    compaction: random.chance(0.5),
    numStandbyReplicas: random.pick([0, 1, 1]),
    acceptableRecoveryLag: random.pick([0, 5, 10_000]),
    commitInterval: random.int(20, 250),
    checkpointInterval: random.int(50, 1000),
    transactionTimeout: random.int(1000, 4000),
    sessionTimeout: random.int(500, 1500),
    rebalanceTimeout: random.int(2000, 4000),
    maxTaskIdle: random.pick([0, 0, -1, 40]),
    inputBatches: random.int(60, 140),
    bulk: random.chance(0.25) ? 'x'.repeat(random.int(2, 30) * 1000) : '',
  }
}
