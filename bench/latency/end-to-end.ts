import { setTimeout as sleep } from 'node:timers/promises'
import { createWasmKernel } from '../../src/kernel/load.ts'
import { type Benchmark, type BenchOptions, type Measured, percentile } from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import { Feeder } from '../load/feeder.ts'
import { OutputWatch } from '../load/output-watch.ts'
import { inputTopic, outputTopic } from '../topology/topics.ts'

const recordsPerSecond = 10_000
const keys = 10_000
const warmUpRecords = 5 * recordsPerSecond
const commitIntervals = [100, 1000] as const

export const endToEndLatency: Benchmark = {
  what: 'from the time a record is sent to its result at a read_committed consumer, 10,000 records/s, commits each 100 and 1000 ms (Java: p50/p99 62/123 and 517/1024 ms)',
  run,
}

async function* run({ seconds = 15 }: BenchOptions): AsyncIterable<Measured> {
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic)
  for (const commitInterval of commitIntervals) yield await latency(cluster, commitInterval, seconds)
}

async function latency(cluster: BenchCluster, commitInterval: number, seconds: number): Promise<Measured> {
  const applicationId = `latency-${commitInterval}`
  const options = { applicationId, commitInterval, offsetReset: 'latest' } as const
  const instance = cluster.start({ name: applicationId, topology: 'count', options })
  await instance.until('it runs', () => instance.running)
  await using _feeder = await Feeder.start(cluster.client, { topic: inputTopic, recordsPerSecond, keys })
  await instance.until('it is warm', () => instance.records >= warmUpRecords)
  const latencies: number[] = []
  const { reader } = createWasmKernel()
  const watch = new OutputWatch(cluster.client, await cluster.ends(outputTopic), (stretch, at) => {
    reader.load(stretch.runs, stretch.offset)
    // A count's time is that of the record it was made of.
    for (let n = reader.decode(); n > 0; n = reader.decode())
      for (let i = 0; i < n; i++) latencies.push(at - reader.timestamp(i))
  })
  await sleep(seconds * 1000)
  await watch[Symbol.asyncDispose]()
  await instance.close()
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)]
  return {
    benchmark: 'latency',
    text: `latency, commits each ${commitInterval} ms: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms (${latencies.length} records at ${recordsPerSecond}/s)`,
    figures: { benchmark: 'latency', commitInterval, p50, p99, records: latencies.length },
  }
}
