import { type Benchmark, type BenchOptions, type Measured, median, millions } from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import { now } from '../cluster/now.ts'
import { writeClicks } from '../load/clicks.ts'
import { type Throughput, throughput } from '../pipeline/throughput.ts'
import { inputTopic, outputTopic } from '../topology/topics.ts'

const rounds = 3
const kernels = ['auto', 'off'] as const
/** Threads of each run: one is the caller's own, two are workers. */
const counts = [1, 2] as const

export const threads: Benchmark = {
  what: 'the windowed count with one thread and with two, in the kernel and record at a time',
  run,
}

async function* run({ records = 2_000_000 }: BenchOptions): AsyncIterable<Measured> {
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic)
  await writeClicks(cluster.client, inputTopic, { records, keys: 100_000, windows: 12, draw: 'random' })
  for (const kernel of kernels) {
    const measured = new Map(counts.map((count) => [count, [] as Throughput[]]))
    // The first round warms the broker up.
    for (let round = 0; round <= rounds; round++) {
      for (const count of counts) {
        const one = await drain(cluster, `${kernel}-${count}-${round}`, kernel, count, records)
        if (round > 0) measured.get(count)!.push(one)
      }
    }
    for (const count of counts) yield row(kernel, count, measured.get(count)!, measured.get(1)!)
  }
}

async function drain(
  cluster: BenchCluster,
  applicationId: string,
  kernel: 'auto' | 'off',
  threads: number,
  records: number,
): Promise<Throughput> {
  const options = { applicationId, kernel, threads }
  const instance = cluster.start({ name: applicationId, topology: 'windowed-count', options, waits: true })
  await instance.until('each thread has its tasks', () => {
    const shares = [...instance.tasksByThread.values()]
    return (
      instance.running && shares.length === threads && shares.every(({ length }) => length === 4 / threads)
    )
  })
  const start = now()
  instance.resume()
  const measured = await throughput([instance], records, start)
  await instance.close()
  return measured
}

function row(
  kernel: 'auto' | 'off',
  threads: number,
  rounds: readonly Throughput[],
  ofOne: readonly Throughput[],
): Measured {
  const perSecond = median(rounds.map(({ recordsPerSecond }) => recordsPerSecond))
  const perCpuSecond = median(rounds.map(({ recordsPerCpuSecond }) => recordsPerCpuSecond))
  const ratio = perSecond / median(ofOne.map(({ recordsPerSecond }) => recordsPerSecond))
  const way = kernel === 'auto' ? 'kernel' : 'record at a time'
  return {
    benchmark: 'threads',
    text: `threads, ${way}: ${threads} at ${millions(perSecond)} M records/s, ${ratio.toFixed(2)} times one; ${millions(perCpuSecond)} M per client CPU second (median of ${rounds.length})`,
    figures: { benchmark: 'threads', kernel, threads, perSecond, perCpuSecond, ratio },
  }
}
