import { StreamsError } from '../core/errors.ts'
import type { DropReason } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import { noHeaders, type RawRecord } from '../core/record.ts'
import { ManualClock } from '../core/time/clock.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import { topicPartitionName } from '../core/topic-partition.ts'
import type { GlobalKTable } from '../dsl/global-table.ts'
import type { KTable } from '../dsl/table.ts'
import type { Topic } from '../dsl/topic.ts'
import type { Tables, Topology } from '../dsl/topology.ts'
import type { StoreToken } from '../plan/processor-spec.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import type { BuiltStore } from '../task/built-store.ts'
import { checkedPartitions, resolved, type TopologyTestDriverOptions } from './driver-options.ts'
import { checkPartition, mostPartitions, partitionsOfTopics, readerOf } from './driver-plan.ts'
import { GlobalStores } from './global-stores.ts'
import { makeRunner } from './make-runner.ts'
import { Produced } from './produced.ts'
import type { RunnerParts } from './runner-parts.ts'
import { TestDirectory } from './test-directory.ts'
import type { TestRunner } from './test-runner.ts'
import { TestSender } from './test-sender.ts'
import { type StoreReference, storeName, type TableStore, type TestStore, testStore } from './test-store.ts'
import {
  type InputTimes,
  type ProducedRecord,
  type RawTestRecord,
  TestInputTopic,
  TestOutputTopic,
} from './test-topics.ts'

export type { TopicPartitions, TopologyTestDriverOptions } from './driver-options.ts'

/** Records that left the topology without a result. */
export interface DroppedRecords {
  readonly node: string
  readonly reason: DropReason
  readonly count: number
}

/**
 * Runs a topology in memory, record by record and without a broker, as Java's TopologyTestDriver: one task with all
 * subtopologies; what is written to a source topic, repartition topics included, comes back as input; after each record
 * everything is committed. What a record causes to fail comes out of `pipe`, and the driver is then good for looking only.
 */
export class TopologyTestDriver<T extends Tables = Tables> implements Disposable {
  /** The whole topology runs as a region of the kernel. */
  readonly lowered: boolean
  readonly #topology: Topology<T>
  readonly #options: ResolvedOptions
  readonly #commitEach: boolean
  readonly #clock: ManualClock
  readonly #produced = new Produced()
  readonly #directory: TestDirectory
  readonly #globals: GlobalStores
  readonly #runner: TestRunner
  /** Next offset by topic that is read. */
  readonly #offsets = new Map<string, number>()
  readonly #dropped = new Map<string, DroppedRecords>()
  readonly #partitions: (topic: string) => number
  /** How many of the records written have been given to the topics' readers. */
  #returned = 0

  /** @throws StreamsError `options-invalid`, and what processors throw when they begin. */
  constructor(topology: Topology<T>, options: TopologyTestDriverOptions = {}) {
    this.#topology = topology
    this.#options = resolved(options)
    this.#commitEach = options.commit !== 'manual'
    this.#clock = new ManualClock(options.at ?? 0)
    const partitions = checkedPartitions(options.partitions)
    this.#partitions = partitionsOfTopics(topology.plan, this.#options.applicationId, partitions)
    this.#directory = new TestDirectory(this.#options.applicationId)
    const parts: RunnerParts = {
      plan: topology.plan,
      options: this.#options,
      changelog: options.changelog ?? 'each',
      partitions: mostPartitions(partitions),
      seed: options.seed,
      clock: this.#clock,
      directory: this.#directory,
      emitIntervals: options.emitIntervals ?? { outerJoinMs: 0, windowCloseMs: 0 },
      partitionsOf: this.#partitions,
      senderOf: (partition) => new TestSender(this.#produced, partition, this.#partitions),
      dropped: this.#drop,
    }
    try {
      this.#globals = new GlobalStores(parts)
      const { runner, lowered } = makeRunner({ ...parts, globalStores: this.#globals.typed })
      this.#runner = runner
      this.lowered = lowered
    } catch (error) {
      this.#directory.remove()
      throw error
    }
  }

  /** Ms since the epoch. */
  get now(): number {
    return this.#clock.now()
  }

  input<K, V>(
    topic: Pick<Topic<K, V>, 'name' | 'key' | 'value'>,
    times: InputTimes = {},
  ): TestInputTopic<K, V> {
    return new TestInputTopic(
      topic,
      (record) => this.pipeRaw(topic.name, record),
      () => this.now,
      times,
    )
  }

  output<K, V>(topic: Pick<Topic<K, V>, 'name' | 'key' | 'value'>): TestOutputTopic<K, V> {
    return new TestOutputTopic(topic, () => this.#produced.of(topic.name))
  }

  /** Pipes a record's bytes into a topic. @throws StreamsError `topic-missing` if no source reads the topic, and what the record causes. */
  pipeRaw(topic: string, record: RawTestRecord): void {
    this.#give(topic, record, () => this.#run())
  }

  /** Appends all records to their topics, then runs: the task chooses between topics by time. */
  pipeBatch(records: readonly (RawTestRecord & { readonly topic: string })[]): void {
    for (const record of records) this.#give(record.topic, record)
    this.#run()
  }

  /** Moves the wall clock, which runs punctuations that are due. @param by ms or text such as '5s'. */
  advanceWallClock(by: Duration): void {
    this.#clock.advance(durationMs(by, 'advanceWallClock'))
    this.#attempt(() => {
      this.#runner.punctuateWallClock()
      if (this.#commitEach) this.#runner.commit()
    })
    this.#run()
  }

  /** Commits: caches forward what they hold back, changelogs are written. */
  commit(): void {
    this.#attempt(() => this.#runner.commit())
    this.#run()
  }

  /** Everything written to a topic so far, or to any, in order; internal topics by their full names. */
  produced(topic?: string): readonly ProducedRecord[] {
    return topic === undefined ? this.#produced.all : this.#produced.of(topic)
  }

  /** Topics that have received a record, internal ones included, in order of the first. */
  get producedTopics(): readonly string[] {
    return this.#produced.topics
  }

  /**
   * A store as operators have it. A table's is of one of several kinds, by its options; where it is put says which:
   * `const counts: KeyValueStore<string, ValueAndTimestamp<number>> = driver.store(driver.tables.counts)`.
   * @param of a store as it was declared, a table that the topology returned, or the store's name.
   * @throws StreamsError `store-unknown`
   */
  store<S>(of: StoreToken<S> | string, partition?: number): S
  store<K, V, S extends TableStore<K, V>>(of: KTable<K, V> | GlobalKTable<K, V>, partition?: number): S
  store<S>(of: StoreReference, partition = 0): S {
    const name = storeName(of)
    const found = this.stores().get(name)?.stores[partition]
    if (found) return found as S
    throw new StreamsError('store-unknown', `partition ${partition} of the topology has no store '${name}'`)
  }

  /** Every store, global ones included, by name. */
  stores(): ReadonlyMap<string, TestStore> {
    const byName = new Map<string, BuiltStore[]>()
    for (const built of [...this.#runner.stores, ...this.#globals.built]) {
      const partitions = byName.get(built.spec.name)
      if (partitions) partitions.push(built)
      else byName.set(built.spec.name, [built])
    }
    return new Map([...byName].map(([name, partitions]) => [name, testStore(partitions)]))
  }

  /** The tables that the topology returned. */
  get tables(): T {
    return this.#topology.tables
  }

  /** What was dropped so far, by node and reason. */
  get dropped(): readonly DroppedRecords[] {
    return [...this.#dropped.values()]
  }

  close(): void {
    try {
      this.#runner.close()
      this.#globals.close()
    } finally {
      this.#directory.remove()
    }
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Hands a record to those that read its topic: the task, which waits to be run, and global stores, at once. */
  #give(topic: string, record: RawTestRecord, run?: () => void): void {
    const reader = readerOf(this.#topology.plan, this.#options.applicationId, topic)
    const global = this.#globals.reads(topic)
    if (!reader && !global) throw new StreamsError('topic-missing', `the topology reads no topic '${topic}'`)
    const raw = this.#received(topic, reader?.pattern?.source ?? topic, record)
    if (reader) {
      this.#runner.add(raw)
      run?.()
    }
    if (global) this.#globals.update(raw)
  }

  /** @param log of whose partition the record takes the next offset. */
  #received(topic: string, log: string, record: RawTestRecord): RawRecord {
    const { key, value, timestamp = this.now, headers = noHeaders } = record
    const partitions = this.#partitions(topic)
    const usual = key ? partitionFor(key, partitions) : 0
    // Of one partition everything is that partition's, whatever a partitioner said.
    const partition = partitions === 1 ? 0 : (record.partition ?? usual)
    checkPartition(topic, partition, partitions)
    const name = topicPartitionName(log, partition)
    const offset = this.#offsets.get(name) ?? 0
    this.#offsets.set(name, offset + 1)
    return { topic, partition, offset, key, value, timestamp, headers }
  }

  /** Takes records until there are none, those that the topology writes to its own sources included. */
  #run(): void {
    this.#returnOutput()
    while (this.#attempt(() => this.#step())) this.#returnOutput()
  }

  #step(): boolean {
    const taken = this.#runner.step()
    if (taken && this.#commitEach) this.#runner.commit()
    return taken
  }

  /** An application would abort its transaction: what was written before a failure is never seen. */
  #attempt<T>(step: () => T): T {
    try {
      return step()
    } catch (error) {
      this.#produced.discard(this.#returned)
      throw error
    }
  }

  #returnOutput(): void {
    const { plan } = this.#topology
    while (this.#returned < this.#produced.all.length) {
      const record = this.#produced.all[this.#returned++]!
      const { topic } = record
      if (readerOf(plan, this.#options.applicationId, topic) || this.#globals.reads(topic))
        this.#give(topic, record)
    }
  }

  readonly #drop = (node: string, reason: DropReason, count = 1): void => {
    const id = `${node} ${reason}`
    const before = this.#dropped.get(id)?.count ?? 0
    this.#dropped.set(id, { node, reason, count: before + count })
  }
}
