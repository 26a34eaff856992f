import { type Benchmark, type BenchOptions, type Measured, median, millions, seconds } from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import { writeClicks } from '../load/clicks.ts'
import { logBytes } from '../load/log-bytes.ts'
import { inputTopic } from '../topology/topics.ts'

const applicationId = 'bench'
const topology = 'windowed-count-each'
const changelog = `${applicationId}-counts-store-changelog`
const rounds = 3
const kernels = ['auto', 'off'] as const

export const restore: Benchmark = {
  what: 'restoring a changelog of 1,000,000 records on a new instance, kernel and record at a time (Java: 0.84 M/s)',
  run,
}

interface Restored {
  readonly ms: number
  readonly records: number
  readonly cpuSeconds: number
}

async function* run({ records = 1_000_000 }: BenchOptions): AsyncIterable<Measured> {
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic)
  await writeClicks(cluster.client, inputTopic, { records, keys: 100_000, windows: 12, draw: 'random' })
  const first = cluster.start({ name: 'first', topology, options: { applicationId } })
  await first.until('all clicks are counted', () => first.records >= records)
  await first.close()
  const megabytes = (await logBytes(cluster, changelog)) / 1e6
  const restored = { auto: [] as Restored[], off: [] as Restored[] }
  // Alternating, so that both meet the same noise.
  for (let round = 0; round < rounds; round++)
    for (const kernel of kernels) restored[kernel].push(await restoreOnce(cluster, kernel))
  for (const kernel of kernels) yield measured(kernel, restored[kernel], megabytes)
}

async function restoreOnce(cluster: BenchCluster, kernel: 'auto' | 'off'): Promise<Restored> {
  await cluster.removeState('second')
  const instance = cluster.start({ name: 'second', topology, options: { applicationId, kernel } })
  await instance.until('it runs', () => instance.running)
  const begun = instance.heard('restoring')[0]!
  const done = instance.heard('restored')
  const last = done.at(-1)!
  await instance.close()
  return {
    ms: last.at - begun.at,
    records: done.reduce((sum, { facts }) => sum + facts.records, 0),
    cpuSeconds: last.cpuSeconds - begun.cpuSeconds,
  }
}

function measured(kernel: 'auto' | 'off', rounds: readonly Restored[], megabytes: number): Measured {
  const ms = median(rounds.map((round) => round.ms))
  const { records } = rounds[0]!
  const perSecond = records / (ms / 1000)
  const perCpuSecond = records / median(rounds.map(({ cpuSeconds }) => cpuSeconds))
  const mbPerSecond = megabytes / (ms / 1000)
  const way = kernel === 'auto' ? 'kernel' : 'record at a time'
  return {
    benchmark: 'restore',
    text: `restore, ${way}: ${millions(perSecond)} M records/s, ${mbPerSecond.toFixed(0)} MB/s, ${millions(perCpuSecond)} M records per client CPU second (${records} records, ${megabytes.toFixed(0)} MB, ${seconds(ms)}; median of ${rounds.length})`,
    figures: { benchmark: 'restore', kernel, records, ms, perSecond, mbPerSecond, perCpuSecond },
  }
}
