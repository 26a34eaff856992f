import {
  type Benchmark,
  type BenchOptions,
  type Measured,
  median,
  percentile,
  seconds,
} from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import { now } from '../cluster/now.ts'
import type { Instance } from '../instance/instance.ts'
import { clickValue, userKey } from '../load/clicks.ts'
import { TopicWriter } from '../load/topic-writer.ts'
import { inputTopic, outputTopic } from '../topology/topics.ts'

interface Case {
  readonly way: string
  readonly topology: string
  readonly commits: number
  /** Long enough that all keys are updated between two commits. */
  readonly commitInterval: number
}

const cases: readonly Case[] = [
  { way: 'kernel', topology: 'count', commits: 12, commitInterval: 4000 },
  { way: 'record cache', topology: 'cached-count', commits: 4, commitInterval: 15_000 },
]

export const commitLatency: Benchmark = {
  what: 'how long a commit takes that finds 1,000,000 keys changed, in the kernel and behind the record cache',
  run,
}

async function* run({ records = 1_000_000 }: BenchOptions): AsyncIterable<Measured> {
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic)
  await using writer = await new TopicWriter(cluster.client, inputTopic).init()
  for (const one of cases) yield await commits(cluster, writer, one, records)
}

async function commits(
  cluster: BenchCluster,
  writer: TopicWriter,
  { way, topology, commits, commitInterval }: Case,
  keys: number,
): Promise<Measured> {
  const options = {
    applicationId: `commit-${topology}`,
    commitInterval,
    transactionTimeout: '2m',
    offsetReset: 'latest',
    // Nothing but the interval is to cause a commit.
    cacheMaxBytes: topology === 'count' ? 0 : 2 ** 30,
    stateMemory: 2 ** 31,
  } as const
  const instance = cluster.start({ name: topology, topology, options })
  await instance.until('it runs', () => instance.running)
  const full: number[] = []
  for (let round = 0; round < 2 * commits && full.length < commits; round++) {
    const durationMs = await roundTrip(instance, writer, keys)
    if (durationMs !== undefined) full.push(durationMs)
  }
  if (full.length === 0)
    throw new Error(
      `no commit found all ${keys} keys: the interval of ${commitInterval} ms is too short here`,
    )
  await instance.close()
  const [p50, p99] = [median(full), percentile(full, 0.99)]
  return {
    benchmark: 'commit',
    text: `commit of ${keys} changed keys, ${way}: median ${seconds(p50)}, p99 ${seconds(p99)} (of ${full.length}: the longest)`,
    figures: { benchmark: 'commit', way, keys, p50, p99, commits: full.length },
  }
}

/** Changes every key once, right behind a commit. @returns how long the commit took that found all of them, if one did. */
async function roundTrip(instance: Instance, writer: TopicWriter, keys: number): Promise<number | undefined> {
  const before = instance.heard('committed').length
  const records = instance.records
  const timestamp = Math.floor(now())
  for (let user = 0; user < keys; user++) {
    writer.add(timestamp, userKey(user), clickValue(user, user, Math.floor(timestamp / 1000)))
    if (writer.crowded) await writer.drain()
  }
  await writer.flush()
  await instance.until('all is committed', () => instance.records >= records + keys)
  const [first, ...others] = instance.heard('committed').slice(before)
  return others.length === 0 ? first?.facts.durationMs : undefined
}
