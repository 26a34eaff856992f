import type { Benchmark, BenchOptions, Measured } from '../benchmark.ts'
import { millions } from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import type { InstanceStart } from '../instance/messages.ts'
import { type ClickShape, writeClicks } from '../load/clicks.ts'
import { writeUsers } from '../load/users.ts'
import { inputTopic, outputTopic, tableTopic } from '../topology/topics.ts'
import type { OutputCheck } from './output-check.ts'
import { type Throughput, throughput } from './throughput.ts'
import { verifyOutput } from './verify.ts'

export interface Pipeline {
  /** For `--help`. */
  readonly what: string
  readonly topology: string
  readonly kernel: 'auto' | 'off'
  readonly records: number
  /** Reads the table of users first. */
  readonly users?: boolean
  check(): OutputCheck
}

const keys = 100_000

/**
 * Runs a pipeline over the same input twice, with a process of its own each, and checks the result of the second run.
 * The first one is not counted: it is the broker that warms up in it.
 */
export function pipelineBenchmark(name: string, pipeline: Pipeline): Benchmark {
  return {
    what: pipeline.what,
    run: (options) => runPipeline(name, pipeline, options),
  }
}

async function* runPipeline(
  name: string,
  pipeline: Pipeline,
  { records = pipeline.records }: BenchOptions,
): AsyncIterable<Measured> {
  const shape: ClickShape = { records, keys, windows: 12, draw: 'random' }
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic, tableTopic)
  if (pipeline.users) await writeUsers(cluster.client, tableTopic, keys)
  await writeClicks(cluster.client, inputTopic, shape)
  const input = records + (pipeline.users ? keys : 0)
  await drain(cluster, 'warm-up', pipeline, input)
  const from = await cluster.ends(outputTopic)
  const measured = await drain(cluster, 'bench', pipeline, input)
  await verifyOutput(cluster.client, from, await cluster.ends(outputTopic), pipeline.check(), records)
  yield { benchmark: name, text: text(name, measured), figures: { pipeline: name, ...measured } }
}

async function drain(
  cluster: BenchCluster,
  applicationId: string,
  { topology, kernel }: Pick<InstanceStart, 'topology'> & Pick<Pipeline, 'kernel'>,
  input: number,
): Promise<Throughput> {
  const instance = cluster.start({ name: applicationId, topology, options: { applicationId, kernel } })
  const measured = await throughput([instance], input)
  await instance.close()
  return measured
}

function text(name: string, result: Throughput): string {
  const { recordsPerSecond, recordsPerCpuSecond, peakRssMiB, records, seconds } = result
  return `${name}: ${millions(recordsPerSecond)} M records/s over ${seconds.toFixed(2)} s, ${millions(recordsPerCpuSecond)} M per client CPU second, peak RSS ${peakRssMiB} MiB (${records} records, result checked)`
}
