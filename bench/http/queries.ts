import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../test/broker/free-ports.ts'
import {
  type Benchmark,
  type BenchOptions,
  type Measured,
  median,
  millions,
  percentile,
} from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import { now } from '../cluster/now.ts'
import type { Instance } from '../instance/instance.ts'
import { writeClicks } from '../load/clicks.ts'
import { type QueryFigures, QueryLoad, type QueryLoadOptions } from '../load/query-load.ts'
import { type Throughput, throughput } from '../pipeline/throughput.ts'
import { inputTopic, outputTopic } from '../topology/topics.ts'

const keys = 100_000
const connections = 16
const rounds = 3

/** Queries a second: none, a service's share, and as many as there is time for. */
const loads = { 'no queries': 0, '500 queries/s': 500, 'queries without pause': undefined } as const
type Load = keyof typeof loads

export const httpQueries: Benchmark = {
  what: 'queries of single keys over HTTP from another process, while a count runs and while it has nothing to do, and what they cost it',
  run,
}

interface Round {
  readonly pipeline: Throughput
  readonly queries: QueryFigures | undefined
}

async function* run({ records = 3_000_000, seconds = 5 }: BenchOptions): AsyncIterable<Measured> {
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic)
  await writeClicks(cluster.client, inputTopic, { records, keys, windows: 1, draw: 'random' })
  const measured = new Map<Load, Round[]>()
  // The first round warms the broker up.
  for (let round = 0; round <= rounds; round++) {
    for (const load of Object.keys(loads) as Load[]) {
      const one = await drain(cluster, `http-${Object.keys(loads).indexOf(load)}-${round}`, load, records)
      if (round > 0) measured.set(load, [...(measured.get(load) ?? []), one])
    }
  }
  for (const [load, rounds] of measured) yield busyRow(load, rounds, measured.get('no queries')!)
  yield await idle(cluster, records, seconds)
}

async function drain(cluster: BenchCluster, name: string, load: Load, records: number): Promise<Round> {
  const { instance, port } = await open(cluster, name, true)
  await instance.until('it has its tasks', () => instance.running && instance.tasks.length > 0)
  const perSecond = loads[load]
  const start = now()
  instance.resume()
  const queries = perSecond === 0 ? undefined : new QueryLoad(queriesOf(port, perSecond))
  const pipeline = await throughput([instance], records, start)
  const figures = await queries?.stop()
  await instance.kill()
  return { pipeline, queries: figures }
}

async function idle(cluster: BenchCluster, records: number, seconds: number): Promise<Measured> {
  const { instance, port } = await open(cluster, 'http-idle', false)
  await instance.until('it has counted all', () => instance.records >= records)
  await sleep(1000)
  const load = new QueryLoad(queriesOf(port, undefined))
  await sleep(seconds * 1000)
  const figures = await load.stop()
  await instance.close()
  const { text, numbers } = queryText([figures])
  return {
    benchmark: 'http',
    text: `http: nothing to count: ${text}`,
    figures: { benchmark: 'http', load: 'idle', ...numbers },
  }
}

async function open(
  cluster: BenchCluster,
  applicationId: string,
  waits: boolean,
): Promise<{ readonly instance: Instance; readonly port: number }> {
  const [port] = await freePorts(1)
  const options = { applicationId, listen: { port: port! } }
  return { instance: cluster.start({ name: applicationId, topology: 'count', options, waits }), port: port! }
}

function queriesOf(port: number, perSecond: number | undefined): QueryLoadOptions {
  return {
    port,
    keys,
    connections,
    path: (key) => `/stores/counts/entries/user${String(key).padStart(8, '0')}`,
    ...(perSecond !== undefined && { perSecond }),
  }
}

function busyRow(load: Load, rounds: readonly Round[], without: readonly Round[]): Measured {
  const rate = (of: readonly Round[]): number => median(of.map(({ pipeline }) => pipeline.recordsPerSecond))
  const ratio = rate(rounds) / rate(without)
  const cpu = (of: readonly Round[]): number =>
    median(of.map(({ pipeline }) => pipeline.records / pipeline.recordsPerCpuSecond))
  const asked = rounds.flatMap(({ queries }) => queries ?? [])
  const { text, numbers } = asked.length > 0 ? queryText(asked) : { text: '', numbers: {} }
  const queries = median(asked.map(({ latencies }) => latencies.length))
  // What the rate says depends on how busy the machine is; this does much less.
  const queryCpuMs = ((cpu(rounds) - cpu(without)) * 1000) / queries
  const cost = asked.length > 0 ? `, ${queryCpuMs.toFixed(2)} ms of the application's CPU each` : ''
  return {
    benchmark: 'http',
    text: `http: ${load}: ${millions(rate(rounds))} M records/s, ${ratio.toFixed(2)} times the rate without${text && `; ${text}${cost}`} (median of ${rounds.length})`,
    figures: {
      benchmark: 'http',
      load,
      recordsPerSecond: rate(rounds),
      ratio,
      ...numbers,
      ...(asked.length > 0 && { queryCpuMs }),
    },
  }
}

function queryText(figures: readonly QueryFigures[]): {
  readonly text: string
  readonly numbers: Readonly<Record<string, number>>
} {
  const perSecond = median(figures.map((one) => one.perSecond))
  const latencies = figures.flatMap((one) => one.latencies)
  const [p50, p99] = [median(latencies), percentile(latencies, 0.99)]
  return {
    text: `${perSecond.toFixed(0)} queries/s on ${connections} connections, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
    numbers: { queriesPerSecond: perSecond, p50, p99 },
  }
}
