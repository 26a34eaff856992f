import { setTimeout as sleep } from 'node:timers/promises'
import { parseTaskId } from '../../src/core/task-id.ts'
import { type Benchmark, type BenchOptions, type Measured, median } from '../benchmark.ts'
import { BenchCluster } from '../cluster/bench-cluster.ts'
import { now } from '../cluster/now.ts'
import type { Instance } from '../instance/instance.ts'
import { Feeder } from '../load/feeder.ts'
import { OutputWatch } from '../load/output-watch.ts'
import { inputTopic, outputTopic } from '../topology/topics.ts'

const applicationId = 'bench'
const recordsPerSecond = 10_000
const keys = 10_000
const commitInterval = 100

const options = {
  applicationId,
  commitInterval,
  // So that a second instance gets its tasks as soon as it has their state.
  probingRebalanceInterval: '1s',
} as const

export const rebalance: Benchmark = {
  what: 'longest pause of the results of tasks that stay while an instance joins and leaves, beside that without a rebalance',
  run,
}

async function* run({ seconds = 10 }: BenchOptions): AsyncIterable<Measured> {
  await using cluster = await BenchCluster.start()
  await cluster.createTopics(inputTopic, outputTopic)
  await using _feeder = await Feeder.start(cluster.client, { topic: inputTopic, recordsPerSecond, keys })
  const arrivals = new Arrivals()
  const start = await cluster.ends(outputTopic)
  await using _watch = new OutputWatch(cluster.client, start, ({ partition, runs }, at) => {
    if (runs.length > 0) arrivals.saw(partition, at)
  })
  const first = cluster.start({ name: 'first', topology: 'count', options })
  await first.until('it has processed for a while', () => first.records > 3 * recordsPerSecond)

  const quiet = now()
  await sleep(seconds * 1000)
  const joins = now()
  const second = cluster.start({ name: 'second', topology: 'count', options })
  await second.until('it has two tasks', () => second.running && second.tasks.length === 2)
  await sleep(seconds * 1000)
  const leaves = now()
  await second.close()
  await sleep(seconds * 1000)
  const end = now()

  const stay = staying(first, quiet)
  const moved = [0, 1, 2, 3].filter((partition) => !stay.includes(partition))
  const phases = [
    ['without a rebalance', quiet, joins],
    ['an instance joins', joins, leaves],
    ['an instance leaves', leaves, end],
  ] as const
  for (const [phase, from, to] of phases) {
    const rebalances = first.heard('tasks', from).filter(({ at }) => at < to).length
    yield measured(phase, rebalances, arrivals.pauses(stay, from, to), arrivals.pauses(moved, from, to))
  }
}

/** Partitions of tasks that the instance has had all the time. */
function staying(instance: Instance, since: number): readonly number[] {
  let tasks = instance.heard('tasks').findLast(({ at }) => at < since)?.facts.assigned ?? []
  for (const { facts } of instance.heard('tasks', since))
    tasks = tasks.filter((task) => facts.assigned.includes(task))
  return tasks.map((task) => parseTaskId(task).partition)
}

class Arrivals {
  readonly #times = new Map<number, number[]>()

  saw(partition: number, at: number): void {
    const times = this.#times.get(partition)
    if (times) times.push(at)
    else this.#times.set(partition, [at])
  }

  /** Between two arrivals of a partition, ms, of all that touch the time given. */
  pauses(partitions: readonly number[], from: number, to: number): readonly number[] {
    return partitions.flatMap((partition) => {
      const times = this.#times.get(partition) ?? []
      return times.flatMap((at, i) => {
        const next = times[i + 1]
        return next !== undefined && next >= from && at < to ? [next - at] : []
      })
    })
  }
}

function measured(
  phase: string,
  rebalances: number,
  stayed: readonly number[],
  moved: readonly number[],
): Measured {
  const [longest, usual, longestMoved] = [Math.max(...stayed), median(stayed), Math.max(...moved)]
  const ms = (value: number): string => `${value.toFixed(0)} ms`
  return {
    benchmark: 'rebalance',
    text: `rebalance, ${phase}: longest pause of tasks that stay ${ms(longest)} (median ${ms(usual)} at a commit interval of ${commitInterval} ms), of the others ${ms(longestMoved)}; ${rebalances} rebalances, ${recordsPerSecond} records/s`,
    figures: {
      benchmark: 'rebalance',
      phase,
      rebalances,
      longestMs: longest,
      medianMs: usual,
      longestMovedMs: longestMoved,
    },
  }
}
