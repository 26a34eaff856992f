import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLogger } from '../../src/core/logger.ts'
import { json, KafkaStreams, long, string, topic, topology, tumbling } from '../../src/index.ts'
import { EmbeddedKafka } from '../../src/testing/embedded-kafka.ts'
import { type Benchmark, type BenchOptions, type Measured, millions, percentile } from '../benchmark.ts'
import { now } from '../cluster/now.ts'

const keys = 10_000
/** Queries between two looks at the clock. */
const perRound = 1000

const clicks = topic('clicks', { key: string, value: json<object>() })
const amounts = topic('amounts', { key: string, value: long })

const queried = topology(import.meta.url, (b) => {
  const counts = b
    .stream(clicks)
    .groupByKey()
    .windowedBy(tumbling('5m'))
    .count({ store: { name: 'counts-store', caching: false } })
  const totals = b
    .stream(amounts)
    .groupByKey()
    .reduce((sum, amount) => sum + amount, { store: { name: 'totals-store', caching: false } })
  return { counts, totals }
})

/** Queries of an application in the same thread, which has nothing else to do. */
export const pointQueries: Benchmark = {
  what: 'queries of single keys, and of ranges, in the thread that has them',
  run,
}

async function* run({ seconds = 3 }: BenchOptions): AsyncIterable<Measured> {
  const stateDir = mkdtempSync(join(tmpdir(), 'millrace-query-'))
  await using kafka = new EmbeddedKafka()
  const options = {
    applicationId: 'query',
    kafka,
    stateDir,
    logger: silentLogger,
    commitInterval: 100,
  } as const
  await using app = new KafkaStreams(queried, options)
  try {
    await kafka.createTopics(1, clicks, amounts)
    const names = Array.from({ length: keys }, (_, i) => `user${String(i).padStart(8, '0')}`)
    await kafka.send(
      clicks,
      names.map((key) => ({ key, value: {}, timestamp: 0 })),
    )
    await kafka.send(
      amounts,
      names.map((key) => ({ key, value: 1, timestamp: 0 })),
    )
    let taken = 0
    app.on('committed', ({ records }) => {
      taken += records
    })
    await app.start()
    while (taken < 2 * keys) await sleep(10)
    const { counts, totals } = { counts: app.store('counts'), totals: app.store('totals') }
    yield await points('window in the kernel', seconds, names, (key) => counts.fetch(key, 0))
    yield await points('key, record at a time', seconds, names, (key) => totals.get(key))
    yield await scan('all keys, record at a time', seconds, () => totals.all())
    yield await scan('all windows in the kernel', seconds, () => counts.fetchAll(0, 1))
    await app.close()
  } finally {
    rmSync(stateDir, { recursive: true, force: true })
  }
}

async function points(
  what: string,
  seconds: number,
  names: readonly string[],
  ask: (key: string) => Promise<number | undefined>,
): Promise<Measured> {
  for (const key of names) await ask(key)
  const latencies: number[] = []
  const start = now()
  let asked = 0
  let cpuUs = 0
  while (now() - start < seconds * 1000) {
    const before = process.cpuUsage()
    for (let i = 0; i < perRound; i++) {
      const key = names[(asked * 7919) % keys]!
      const at = now()
      if ((await ask(key)) !== 1) throw new Error(`${what}: ${key} is not there`)
      latencies.push(now() - at)
      asked++
    }
    cpuUs += cpuSince(before)
    // The stream thread has its turn, which is not counted.
    await new Promise(setImmediate)
  }
  const perCpuSecond = asked / (cpuUs / 1e6)
  const [p50Us, p99Us] = [0.5, 0.99].map((share) => percentile(latencies, share) * 1000) as [number, number]
  return {
    benchmark: 'query',
    text: `query: ${what}: ${millions(perCpuSecond)} M queries/s of CPU, one after the other, p50 ${p50Us.toFixed(1)} us, p99 ${p99Us.toFixed(1)} us`,
    figures: { benchmark: 'query', what, perCpuSecond, p50Us, p99Us },
  }
}

async function scan(what: string, seconds: number, all: () => AsyncIterable<unknown>): Promise<Measured> {
  const start = now()
  let rows = 0
  let cpuUs = 0
  while (now() - start < seconds * 1000) {
    const before = process.cpuUsage()
    let found = 0
    for await (const _ of all()) found++
    cpuUs += cpuSince(before)
    if (found !== keys) throw new Error(`${what}: ${found} of ${keys}`)
    rows += found
    await new Promise(setImmediate)
  }
  const perCpuSecond = rows / (cpuUs / 1e6)
  return {
    benchmark: 'query',
    text: `query: ${what}: ${millions(perCpuSecond)} M rows/s of CPU`,
    figures: { benchmark: 'query', what, rowsPerCpuSecond: perCpuSecond },
  }
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}
