import { parseTaskId } from '../../src/core/task-id.ts'
import { type Benchmark, type BenchOptions, type Measured, seconds } from '../benchmark.ts'
import { BenchCluster, partitionsOf } from '../cluster/bench-cluster.ts'
import { now } from '../cluster/now.ts'
import { allUntil, type Instance } from '../instance/instance.ts'
import { batchesOf } from '../load/batches.ts'
import { writeClicks } from '../load/clicks.ts'
import { Feeder } from '../load/feeder.ts'
import { logBytes } from '../load/log-bytes.ts'
import { OutputWatch } from '../load/output-watch.ts'
import { inputTopic, outputTopic } from '../topology/topics.ts'

const timeout = '6s'
const recordsPerSecond = 2000
/** Behind by no more than this, a standby takes over with next to nothing to read: a commit or two. */
const caughtUpRecords = 5000

interface Case {
  readonly how: 'kill -9' | 'close()'
  readonly standbys: 0 | 1
}

const cases: readonly Case[] = [
  { how: 'kill -9', standbys: 0 },
  { how: 'kill -9', standbys: 1 },
  { how: 'close()', standbys: 0 },
  { how: 'close()', standbys: 1 },
]

export const takeover: Benchmark = {
  what: `from the end of an instance to the first committed results of its tasks elsewhere, with and without a standby; 2,000,000 rows (session and transaction timeout ${timeout})`,
  run,
}

async function* run({ records = 2_000_000 }: BenchOptions): AsyncIterable<Measured> {
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic)
  await writeClicks(cluster.client, inputTopic, { records, keys: records, windows: 1, draw: 'in-turn' })
  for (const [index, one] of cases.entries()) yield await takeOver(cluster, `takeover-${index}`, one, records)
}

async function takeOver(
  cluster: BenchCluster,
  applicationId: string,
  { how, standbys }: Case,
  keys: number,
): Promise<Measured> {
  const { owner, survivor } = await startBoth(cluster, applicationId, standbys)
  await using _feeder = await Feeder.start(cluster.client, { topic: inputTopic, recordsPerSecond, keys })
  if (standbys > 0) await caughtUp(survivor, owner.tasks)
  const moving = owner.tasks.map((name) => parseTaskId(name).partition)
  const producers = new Producers()
  await using watch = new OutputWatch(cluster.client, await cluster.ends(outputTopic), (stretch, at) => {
    for (const { producerId } of batchesOf(stretch)) producers.saw(stretch.partition, producerId, at)
  })
  const all = partitionsOf(outputTopic).map(({ partition }) => partition)
  await watch.until('all tasks write results', () => all.every((partition) => producers.seen(partition)))
  const ours = producers.latest(all.find((partition) => !moving.includes(partition))!)
  const megabytes = (await logBytes(cluster, `${applicationId}-counts-store-changelog`)) / 1e6
  const start = now()
  const ended = how === 'close()' ? owner.close() : owner.kill()
  await watch.until('the tasks that moved write results', () =>
    moving.every((partition) => producers.first(partition, ours) !== undefined),
  )
  const ms = Math.max(...moving.map((partition) => producers.first(partition, ours)! - start))
  const restored = survivor.heard('restored', start)
  const read = restored.reduce((sum, { facts }) => sum + facts.records, 0)
  const rebalancedMs =
    survivor.heard('tasks', start).find(({ facts }) => facts.assigned.length === all.length)!.at - start
  const restoredMs = (restored.at(-1)?.at ?? start + rebalancedMs) - start
  await ended
  await survivor.close()
  return {
    benchmark: 'takeover',
    text: `takeover after ${how}, ${standbys === 0 ? 'no standby' : 'a standby'}: ${seconds(ms)} to the first results of all tasks that moved (assigned after ${seconds(rebalancedMs)}, restored after ${seconds(restoredMs)}: ${read} of the records of ${megabytes.toFixed(0)} MB of changelogs; session and transaction timeout ${timeout})`,
    figures: { benchmark: 'takeover', how, standbys, ms, rebalancedMs, restoredMs, records: read, megabytes },
  }
}

/** Two instances with two tasks each, which have processed the whole input. */
async function startBoth(
  cluster: BenchCluster,
  applicationId: string,
  numStandbyReplicas: number,
): Promise<{ readonly owner: Instance; readonly survivor: Instance }> {
  const options = {
    applicationId,
    numStandbyReplicas,
    sessionTimeout: timeout,
    transactionTimeout: timeout,
    heartbeatInterval: '1s',
    commitInterval: 100,
  } as const
  const [survivor, owner] = ['survivor', 'owner'].map((name) =>
    cluster.start({ name: `${applicationId}-${name}`, topology: 'count', options, waits: true }),
  ) as [Instance, Instance]
  const both = [owner, survivor]
  await allUntil(both, 'each has two tasks', () =>
    both.every(
      ({ running, tasks, standbys }) =>
        running && tasks.length === 2 && standbys.length === 2 * numStandbyReplicas,
    ),
  )
  const input = (await cluster.ends(inputTopic)).reduce((sum, { offset }) => sum + offset, 0)
  for (const instance of both) instance.resume()
  await allUntil(both, 'the input is processed', () => owner.records + survivor.records >= input)
  return { owner, survivor }
}

async function caughtUp(standby: Instance, tasks: readonly string[]): Promise<void> {
  await standby.until('its copies have caught up', () => {
    const updates = standby.heard('standbyUpdated')
    return tasks.every((task) => {
      const last = updates.findLast(({ facts }) => facts.task === task)?.facts
      return last !== undefined && last.to - last.next < caughtUpRecords
    })
  })
}

/** When each producer's first results came to each partition of the output: an instance is known by its producer. */
class Producers {
  readonly #first = new Map<string, number>()
  readonly #latest = new Map<number, number>()

  saw(partition: number, producerId: number, at: number): void {
    const key = `${partition} ${producerId}`
    if (!this.#first.has(key)) this.#first.set(key, at)
    this.#latest.set(partition, producerId)
  }

  seen(partition: number): boolean {
    return this.#latest.has(partition)
  }

  latest(partition: number): number {
    return this.#latest.get(partition)!
  }

  first(partition: number, producerId: number): number | undefined {
    return this.#first.get(`${partition} ${producerId}`)
  }
}
