import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fetched } from '../../src/client/client.ts'
import { resolveOptions } from '../../src/core/options.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import type { Tables, Topology } from '../../src/dsl/topology.ts'
import { encodeBatch } from '../../src/protocol/record-batch/encode.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { RecordCache, TaskCache } from '../../src/store/record-cache.ts'
import { buildRecordTask } from '../../src/task/record-task-builder.ts'
import type { TaskBuilderParts } from '../../src/task/task-builder.ts'
import type { Benchmark, BenchOptions, Measured } from '../benchmark.ts'
import { clickValue, randomInts, userKey } from '../load/clicks.ts'
import { pipeline as aggregate } from '../topology/aggregate.ts'
import { pipeline as cachedCount } from '../topology/cached-count.ts'
import { pipeline as count } from '../topology/count.ts'
import { pipeline as mapFilter } from '../topology/map-filter.ts'
import { pipeline as sessionCount } from '../topology/session-count.ts'
import { pipeline as streamTableJoin } from '../topology/stream-table-join.ts'
import { tableTopic, windowMs } from '../topology/topics.ts'
import { pipeline as windowedCount } from '../topology/windowed-count.ts'
import { silentProducer } from './silent-producer.ts'

/** One task record at a time, between a fetched batch and a produced one: no broker, no thread. */
export const recordPath: Benchmark = {
  what: 'CPU us of one task per record, one at a time and without a broker, and per key of its commits',
  async *run(options) {
    for (const [name, topology] of Object.entries(topologies)) yield await measure(name, topology, options)
  },
}

const topologies: Readonly<Record<string, Topology<Tables>>> = {
  'map-filter': mapFilter,
  count,
  aggregate,
  'cached-count': cachedCount,
  'windowed-count': windowedCount,
  'session-count': sessionCount,
  'stream-table-join': streamTableJoin,
}

const keys = 100_000
const batchRecords = 1000
/** Enough that a cached commit has tens of thousands of keys. */
const commitRecords = 100_000

async function measure(
  name: string,
  { plan }: Topology<Tables>,
  { records = 400_000 }: BenchOptions,
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-record-'))
  const bytes = openLmdbStore(folder, { mapSizeBytes: 2 ** 30 })
  try {
    const { inputs, processor, collector } = buildRecordTask(parts(plan, bytes))
    processor.init()
    const users = inputs.find(({ partition }) => partition.topic === tableTopic)
    const clicks = inputs.find((input) => input !== users)!
    const feed = (input: typeof clicks, stretch: Fetched): void => {
      input.add(stretch)
      processor.added(input)
      while (processor.pending) processor.process()
    }
    if (users) for (const stretch of userStretches()) feed(users, stretch)
    let processUs = 0
    let commitUs = 0
    let written = 0
    const stretches = clickStretches(records)
    for (let at = 0; at < stretches.length; ) {
      const start = cpuUs()
      for (const end = at + commitRecords / batchRecords; at < Math.min(end, stretches.length); at++)
        feed(clicks, stretches[at]!)
      const middle = cpuUs()
      const before = collector.records
      processor.flush()
      collector.flush()
      written += collector.records - before
      processUs += middle - start
      commitUs += cpuUs() - middle
    }
    processor.close()
    return measured(name, processUs / records, commitUs / Math.max(1, written))
  } finally {
    await bytes.close()
    rmSync(folder, { recursive: true })
  }
}

function measured(name: string, usPerRecord: number, usPerWrite: number): Measured {
  const [record, write] = [usPerRecord, usPerWrite].map((us) => us.toFixed(2).padStart(7))
  return {
    benchmark: 'record-path',
    text: `${name.padEnd(20)} ${record} CPU us/record, commit ${write} for each record that it writes`,
    figures: { pipeline: name, usPerRecord, usPerWrite },
  }
}

/** Of all threads: the garbage collector has its own. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

function parts(plan: Topology['plan'], bytes: TaskBuilderParts['bytes']): TaskBuilderParts {
  const [subtopology] = plan.subtopologies
  if (!subtopology) throw new Error('a topology without a task')
  const inputs = subtopology.nodes.flatMap((node) =>
    node.kind === 'source'
      ? node.topics.map((topic) => ({
          partition: { topic, partition: 0 },
          source: node.name,
          internal: false,
          position: 0,
          end: 0,
          partitionTime: -1,
        }))
      : [],
  )
  const options = resolveOptions({ applicationId: 'bench', maxTaskIdle: -1 })
  return {
    id: { subtopology: subtopology.id, partition: 0 },
    inputs,
    subtopology,
    bytes,
    storeTask: { applicationId: 'bench', taskId: '0_0', partition: 0, directory: () => tmpdir() },
    producer: silentProducer,
    options,
    clock: systemClock,
    cache: new TaskCache(new RecordCache(options.cacheMaxBytes)),
    globalStores: new Map(),
    operatorTimes: new Map(),
    partitionsOf: () => 4,
    dropped: () => {},
  }
}

function clickStretches(records: number): readonly Fetched[] {
  const random = randomInts()
  const spanMs = 12 * windowMs
  return stretchesOf(records, (n) => {
    const user = random() % keys
    const seconds = Math.floor((1_700_000_000_000 + (n / records) * spanMs) / 1000)
    return { timestamp: seconds * 1000, key: userKey(user), value: clickValue(user, n, seconds) }
  })
}

function userStretches(): readonly Fetched[] {
  return stretchesOf(keys, (n) => ({
    timestamp: 1_600_000_000_000,
    key: userKey(n),
    value: Buffer.from(`{"name":"name of ${n}"}`),
  }))
}

function stretchesOf(
  records: number,
  recordOf: (n: number) => Parameters<typeof encodeBatch>[0][number],
): readonly Fetched[] {
  return Array.from({ length: Math.ceil(records / batchRecords) }, (_, batch) => {
    const offset = batch * batchRecords
    const length = Math.min(batchRecords, records - offset)
    const one = encodeBatch(
      Array.from({ length }, (_, i) => recordOf(offset + i)),
      { baseOffset: offset },
    )
    return {
      topic: '',
      partition: 0,
      offset,
      nextOffset: offset + length,
      highWatermark: records,
      lastStableOffset: records,
      runs: [one],
      release: () => {},
    }
  })
}
