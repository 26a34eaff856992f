import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedCluster } from '../../src/client/embedded/cluster.ts'
import type { Clock } from '../../src/core/time/clock.ts'
import type { Topic } from '../../src/dsl/topic.ts'
import { type Tables, topology } from '../../src/dsl/topology.ts'
import { Random } from '../crash/random.ts'
import { Disk } from './disk.ts'
import { Faults } from './faults.ts'
import { Input } from './input.ts'
import { Invariants } from './invariants.ts'
import { midnight } from './life.ts'
import { MomentsOfChange } from './moments-of-change.ts'
import type { Mutation } from './mutations.ts'
import { Nemesis } from './nemesis.ts'
import { Process } from './process.ts'
import { type Actor, Scheduler } from './scheduler.ts'
import { applicationId, drawSettings, type Settings } from './settings.ts'
import { committedRecords } from './topic-log.ts'
import { Trace } from './trace.ts'
import type { Judgement, LogRecord } from './workload/workload.ts'
import { workloads } from './workload/workloads.ts'

export interface SimulationOptions {
  readonly seed: number
  readonly mutation?: Mutation | undefined
  /** Told every line of the trace. */
  readonly onTrace?: ((line: string) => void) | undefined
}

export interface Outcome {
  readonly seed: number
  readonly settings: Settings
  readonly theme: string
  /** Why the run is not good, in words; none if it is. */
  readonly problems: readonly string[]
  readonly faults: ReadonlyMap<string, number>
  readonly steps: number
  readonly virtualMs: number
  readonly records: number
  readonly results: number
  readonly traceHash: string
  readonly traceEnd: readonly string[]
}

/** The run may draw so many times; then it is stuck. */
const mostSteps = 400_000
const names = ['a', 'b', 'c'] as const

/** Runs what a seed says, from its input to its end, and judges it. Nothing of it is left. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-simulation-'))
  const simulation = new Simulation(options, folder)
  const unhandled = (error: unknown): void =>
    simulation.invariants.broken(`nobody handled ${error instanceof Error ? error.stack : String(error)}`)
  process.on('unhandledRejection', unhandled)
  try {
    return await simulation.run()
  } finally {
    process.off('unhandledRejection', unhandled)
    rmSync(folder, { recursive: true, force: true })
  }
}

class Simulation {
  readonly invariants: Invariants
  readonly #options: SimulationOptions
  readonly #settings: Settings
  readonly #scheduler: Scheduler
  readonly #faults: Faults
  readonly #cluster: EmbeddedCluster
  readonly #processes: readonly Process[]
  readonly #input: Input
  readonly #changes: MomentsOfChange
  readonly #workloads: readonly ReturnType<(typeof workloads)[keyof typeof workloads]>[]
  readonly #tasks: number
  #drawn = 0

  constructor(options: SimulationOptions, folder: string) {
    const { seed, onTrace, mutation } = options
    this.#options = options
    // Each has a series of its own, so that a change to one leaves the others as they were.
    const random = (part: number): Random => new Random(Math.imul(seed + 1, 0x9e37_79b1) + part)
    const settings = drawSettings(random(1))
    this.#settings = settings
    this.#faults = new Faults(random(2), seed)
    const scheduler = new Scheduler(random(3), new Trace(onTrace), (what) =>
      this.#faults.count('reorder', what),
    )
    this.#scheduler = scheduler
    const cluster = new EmbeddedCluster({
      clock: clusterClock(scheduler),
      clusterId: '00000000-0000-4000-8000-000000000000',
      ...(settings.lateMarkers && { writeMarker: lateMarkers(scheduler, random(7)) }),
    })
    this.#cluster = cluster
    this.invariants = new Invariants(cluster)
    const { invariants } = this
    this.#workloads = settings.workloads.map((name) => workloads[name]())
    const built = topology<Tables>(
      import.meta.url,
      (b) => Object.assign({}, ...this.#workloads.map((workload) => workload.build(b, settings))) as Tables,
      settings.optimize ? { optimize: 'all' } : {},
    )
    this.#tasks = built.plan.subtopologies.length * settings.partitions
    const nemesis = new Nemesis({
      scheduler,
      random: random(4),
      faults: this.#faults,
      cluster,
      sessionMs: settings.sessionTimeout,
      transactionTimeoutMs: settings.transactionTimeout,
    })
    const disk = new Disk({ kind: settings.disk, scheduler, invariants })
    this.#processes = settings.threads.map((threads, i) => {
      const name = names[i]!
      return new Process({
        name,
        stateDir: join(folder, name),
        threads,
        topology: built,
        settings,
        cluster,
        scheduler,
        nemesis,
        invariants,
        disk,
        random: random(10 + i),
        mutation,
      })
    })
    this.#input = new Input({
      scheduler,
      cluster,
      random: random(5),
      workloads: this.#workloads,
      batches: settings.inputBatches,
    })
    this.#changes = new MomentsOfChange({
      scheduler,
      random: random(6),
      processes: this.#processes,
      sessionMs: settings.sessionTimeout,
    })
  }

  async run(): Promise<Outcome> {
    const judgements: Judgement[] = []
    let failure: unknown
    try {
      this.#createTopics()
      this.#input.start()
      this.#changes.start()
      await this.#until('the input ends', () => this.#input.ended)
      this.#faults.stop()
      this.#changes.stop()
      for (const one of this.#processes) one.thaw()
      await this.#until('all is processed', () => this.#allProcessed())
      for (const workload of this.#workloads)
        judgements.push(workload.judge({ read: (topic) => this.#read(topic) }, this.#settings))
      await this.#askStores(judgements)
    } catch (error) {
      failure = error
    }
    await this.#end()
    return this.#outcome(judgements, failure)
  }

  #createTopics(): void {
    const { partitions } = this.#settings
    for (const { inputs, outputs } of this.#workloads)
      for (const name of [...inputs, ...outputs])
        this.#cluster.topics.create({ name, partitions, replicationFactor: 1, configs: {} })
  }

  async #step(): Promise<void> {
    await this.#scheduler.step()
    if (++this.#drawn > mostSteps) throw new Error(`stuck after ${mostSteps} steps`)
    const [problem] = this.invariants.problems
    if (problem !== undefined) throw new Error(problem)
  }

  async #until(what: string, condition: () => boolean): Promise<void> {
    try {
      while (!condition()) await this.#step()
    } catch (error) {
      throw new Error(`until ${what}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  }

  /** Lets time pass until it has settled. */
  async #settled<T>(what: string, promise: Promise<T>): Promise<T> {
    let settled = false
    const done = (): void => {
      settled = true
    }
    promise.then(done, done)
    await this.#scheduler.settle()
    await this.#until(what, () => settled)
    return promise
  }

  /** All processes run, and everything that tasks read is committed to its end. */
  #allProcessed(): boolean {
    if (!this.#processes.every(({ running }) => running)) return false
    const committed = this.#cluster.groups.committed(applicationId)
    return this.#readTopics().every((topic) => {
      const partitions = this.#cluster.topics.describe(topic)?.partitions ?? 0
      return Array.from({ length: partitions }, (_, partition) => partition).every((partition) => {
        const { highWatermark } = this.#cluster.topics.log(topic, partition)
        const offset = committed.get(`${topic}-${partition}`)?.offset ?? 0
        return offset >= highWatermark
      })
    })
  }

  #readTopics(): readonly string[] {
    const repartitions = this.#cluster.topics
      .describeAll()
      .filter(({ name }) => name.endsWith('-repartition'))
    return [...this.#workloads.flatMap(({ inputs }) => inputs), ...repartitions.map(({ name }) => name)]
  }

  #read<V>(topic: Topic<string, V>): readonly LogRecord<V>[] {
    return committedRecords(this.#cluster, topic.name).map(({ partition, key, value, timestamp }) => ({
      partition,
      timestamp,
      key: topic.key.deserialize(key!),
      value: value && topic.value.deserialize(value),
    }))
  }

  /** Each process alone, with all tasks, on the state that it has. */
  async #askStores(judgements: readonly Judgement[]): Promise<void> {
    this.#changes.end()
    const questions = judgements.flatMap(({ stores }) => stores)
    for (const process of this.#processes) {
      for (const other of this.#processes)
        if (other !== process) await this.#settled(`${other.name} closes`, other.close(true))
      process.start()
      // It may believe to run what others have taken over: by then it knows better.
      const heard = this.#scheduler.now + 2 * this.#settings.sessionTimeout
      await this.#until('sessions are over', () => this.#scheduler.now >= heard)
      await this.#until(`${process.name} runs alone`, () => process.runs(this.#tasks))
      for (const question of questions) {
        const found = await this.#settled('a store answers', process.ask(question))
        if (found === question.value || (found === undefined && question.mayBeGone)) continue
        const key =
          question.windowStart === undefined ? question.key : `${question.key}@${question.windowStart}`
        this.invariants.broken(
          `${process.name}: ${question.table} says ${String(found)} of ${key} instead of ${String(question.value)}`,
        )
      }
    }
  }

  async #end(): Promise<void> {
    for (const process of this.#processes) process.crash()
    await this.#scheduler.settle()
  }

  #outcome(judgements: readonly Judgement[], failure: unknown): Outcome {
    const { trace } = this.#scheduler
    const problems = [...this.invariants.problems, ...judgements.flatMap((judgement) => judgement.problems)]
    if (failure !== undefined && problems.length === 0)
      problems.push(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure))
    return {
      seed: this.#options.seed,
      settings: this.#settings,
      theme: this.#faults.theme,
      problems,
      faults: this.#faults.counts,
      steps: this.#drawn,
      virtualMs: this.#scheduler.now,
      records: this.#input.records,
      results: judgements.reduce((sum, { results }) => sum + results, 0),
      traceHash: trace.hash,
      traceEnd: trace.end,
    }
  }
}

const cluster: Actor = { name: 'cluster', frozenUntil: 0, death: undefined }

/** Markers are written after EndTxn is answered, each in its own time. */
function lateMarkers(scheduler: Scheduler, random: Random): (write: () => void) => void {
  return (write) => {
    const ms = random.chance(0.1) ? random.int(50, 500) : random.int(0, 30)
    scheduler.after(cluster, 'writes a marker', ms, write)
  }
}

function clusterClock(scheduler: Scheduler): Clock {
  return {
    now: () => midnight + scheduler.now,
    monotonic: () => scheduler.now,
    after: (ms, run) => scheduler.after(cluster, 'timer', ms, run),
    sleep: (ms) => scheduler.wait(cluster, 'sleep', ms),
    turn: () => scheduler.wait(cluster, 'turn'),
  }
}
