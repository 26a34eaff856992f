import { type Benchmark, type BenchOptions, type Measured, median, millions } from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import { now } from '../cluster/now.ts'
import { allUntil } from '../instance/instance.ts'
import { writeClicks } from '../load/clicks.ts'
import { type Throughput, throughput } from '../pipeline/throughput.ts'
import { inputTopic, outputTopic } from '../topology/topics.ts'

const rounds = 3
const replicas = [0, 1] as const

export const standbyCost: Benchmark = {
  what: 'the windowed count on two instances, without standbys and with one of each task',
  run,
}

async function* run({ records = 2_000_000 }: BenchOptions): AsyncIterable<Measured> {
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic)
  await writeClicks(cluster.client, inputTopic, { records, keys: 100_000, windows: 12, draw: 'random' })
  const measured = new Map(replicas.map((count) => [count, [] as Throughput[]]))
  // The first round warms the broker up.
  for (let round = 0; round <= rounds; round++) {
    for (const count of replicas) {
      const one = await drain(cluster, `standby-${count}-${round}`, count, records)
      if (round > 0) measured.get(count)!.push(one)
    }
  }
  for (const count of replicas) yield row(count, measured.get(count)!, measured.get(0)!)
}

async function drain(
  cluster: BenchCluster,
  applicationId: string,
  numStandbyReplicas: number,
  records: number,
): Promise<Throughput> {
  const options = { applicationId, numStandbyReplicas }
  const both = ['one', 'other'].map((name) =>
    cluster.start({ name: `${applicationId}-${name}`, topology: 'windowed-count', options, waits: true }),
  )
  await allUntil(both, 'each has its tasks', () =>
    both.every(
      ({ running, tasks, standbys }) =>
        running && tasks.length === 2 && standbys.length === 2 * numStandbyReplicas,
    ),
  )
  const start = now()
  for (const instance of both) instance.resume()
  const measured = await throughput(both, records, start)
  for (const instance of both) await instance.kill()
  return measured
}

function row(standbys: number, rounds: readonly Throughput[], without: readonly Throughput[]): Measured {
  const perSecond = median(rounds.map(({ recordsPerSecond }) => recordsPerSecond))
  const perCpuSecond = median(rounds.map(({ recordsPerCpuSecond }) => recordsPerCpuSecond))
  const ratio = perSecond / median(without.map(({ recordsPerSecond }) => recordsPerSecond))
  return {
    benchmark: 'standby',
    text: `standby: ${standbys} of each task at ${millions(perSecond)} M records/s by two instances, ${ratio.toFixed(2)} times the rate without; ${millions(perCpuSecond)} M per client CPU second (median of ${rounds.length})`,
    figures: { benchmark: 'standby', standbys, perSecond, perCpuSecond, ratio },
  }
}
