import { join } from 'node:path'
import type { EmbeddedCluster } from '../../src/client/embedded/cluster.ts'
import type { Topic } from '../../src/dsl/topic.ts'
import { type Tables, topology } from '../../src/dsl/topology.ts'
import { Random } from '../crash/random.ts'
import { Disk } from './disk.ts'
import { Faults } from './faults.ts'
import { Input } from './input.ts'
import { Invariants } from './invariants.ts'
import type { Mutation } from './mutations.ts'
import { Nemesis } from './nemesis.ts'
import { Operations } from './operations.ts'
import { Process } from './process.ts'
import { Scheduler } from './scheduler.ts'
import { applicationId, drawSettings, type Settings } from './settings.ts'
import { simulatedCluster } from './simulated-cluster.ts'
import { type Theme, themeOf } from './theme.ts'
import { committedRecords } from './topic-log.ts'
import { Trace } from './trace.ts'
import type { LogRecord, Workload } from './workload/workload.ts'
import { workloads } from './workload/workloads.ts'

export interface WorldOptions {
  readonly seed: number
  readonly mutation?: Mutation | undefined
  /** Told every line of the trace. */
  readonly onTrace?: ((line: string) => void) | undefined
}

const processNames = ['a', 'b', 'c'] as const

/** All that a seed makes: a cluster with topics, processes, input, and what goes wrong. */
export class World {
  readonly theme: Theme
  readonly settings: Settings
  readonly scheduler: Scheduler
  readonly faults: Faults
  readonly invariants: Invariants
  readonly workloads: readonly Workload[]
  readonly processes: readonly Process[]
  readonly input: Input
  readonly operations: Operations
  /** How many the application has. */
  readonly tasks: number
  readonly #cluster: EmbeddedCluster

  /** @param folder takes the state directories. */
  constructor({ seed, mutation, onTrace }: WorldOptions, folder: string) {
    // Each has a series of its own, so that a change to one leaves the others as they were.
    const random = (part: number): Random => new Random(Math.imul(seed + 1, 0x9e37_79b1) + part)
    this.theme = themeOf(seed)
    const { theme } = this
    const settings = drawSettings(random(1), theme)
    this.settings = settings
    const faults = new Faults(random(2), theme)
    this.faults = faults
    const scheduler = new Scheduler(random(3), new Trace(onTrace), (what) => faults.count('reorder', what))
    this.scheduler = scheduler
    const { lateMarkers, compaction } = settings
    const cluster = simulatedCluster({ scheduler, random: random(7), lateMarkers, compaction })
    this.#cluster = cluster
    const invariants = new Invariants(cluster)
    this.invariants = invariants
    this.workloads = settings.workloads.map((name) => workloads[name]())
    this.#createTopics()
    const built = topology<Tables>(
      import.meta.url,
      (b) => Object.assign({}, ...this.workloads.map((workload) => workload.build(b, settings))) as Tables,
      settings.optimize ? { optimize: 'all' } : {},
    )
    this.tasks = built.plan.subtopologies.length * settings.partitions
    const nemesis = new Nemesis({
      scheduler,
      random: random(4),
      faults,
      cluster,
      sessionMs: settings.sessionTimeout,
      transactionTimeoutMs: settings.transactionTimeout,
    })
    const disk = new Disk({ kind: settings.disk, scheduler, invariants })
    this.processes = settings.threads.map((threads, i) => {
      const name = processNames[i]!
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
    this.input = new Input({ scheduler, cluster, random: random(5), workloads: this.workloads, settings })
    this.operations = new Operations({
      scheduler,
      theme,
      random: random(6),
      processes: this.processes,
      sessionMs: settings.sessionTimeout,
    })
  }

  /** All processes run, everything that tasks read is committed to its end, and no transaction is open. */
  get allProcessed(): boolean {
    if (!this.processes.every(({ running }) => running)) return false
    const committed = this.#cluster.groups.committed(applicationId)
    const inputs = new Set(this.workloads.flatMap((workload) => workload.inputs))
    return this.#cluster.topics.describeAll().every(({ name, partitions }) => {
      const isRead = inputs.has(name) || name.endsWith('-repartition') || name.endsWith('-topic')
      for (let partition = 0; partition < partitions; partition++) {
        const { highWatermark, lastStableOffset } = this.#cluster.topics.log(name, partition)
        if (lastStableOffset < highWatermark) return false
        if (isRead && (committed.get(`${name}-${partition}`)?.offset ?? 0) < highWatermark) return false
      }
      return true
    })
  }

  /** What a read_committed reader finds. */
  read<V>(topic: Topic<string, V>): readonly LogRecord<V>[] {
    return committedRecords(this.#cluster, topic.name).map(({ partition, key, value, timestamp }) => ({
      partition,
      timestamp,
      key: topic.key.deserialize(key!),
      value: value && topic.value.deserialize(value),
    }))
  }

  #createTopics(): void {
    const { partitions } = this.settings
    for (const { inputs, outputs } of this.workloads)
      for (const name of [...inputs, ...outputs])
        this.#cluster.topics.create({ name, partitions, replicationFactor: 1, configs: {} })
  }
}
