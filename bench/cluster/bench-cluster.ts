import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client, PartitionOffset } from '../../src/client/client.ts'
import { createKafkaClient } from '../../src/client/kafka/client.ts'
import { Hooks } from '../../src/core/hooks.ts'
import { silentLogger } from '../../src/core/logger.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import type { TopicPartition } from '../../src/core/topic-partition.ts'
import { type KafkaBroker, startKafka } from '../../test/broker/kafka-broker.ts'
import { Instance } from '../instance/instance.ts'
import type { InstanceStart } from '../instance/messages.ts'

/** Partitions of every topic, and so the tasks of every application. */
export const partitions = 4

/** What differs between instances; state is kept in a directory of the instance's name. */
export interface NewInstance extends Omit<InstanceStart, 'options' | 'brokers'> {
  readonly name: string
  readonly options: Omit<InstanceStart['options'], 'stateDir'>
}

/** A broker of the benchmark's own, or that of KAFKA_BROKERS, and what runs on it. All of it goes in the end. */
export class BenchCluster implements AsyncDisposable {
  readonly client: Client
  readonly #broker: KafkaBroker
  readonly #folder: string
  readonly #instances: Instance[] = []

  private constructor(broker: KafkaBroker, folder: string) {
    this.#broker = broker
    this.#folder = folder
    this.client = createKafkaClient(
      { brokers: broker.brokers, clientId: 'bench' },
      { clock: systemClock, logger: silentLogger, hooks: new Hooks() },
    )
  }

  static async start(): Promise<BenchCluster> {
    const broker = await startKafka({ heap: '1g', optimize: true })
    return new BenchCluster(broker, await mkdtemp(join(tmpdir(), 'millrace-bench-')))
  }

  /** @throws Error if a topic holds records of an earlier run: results could not be checked. */
  async createTopics(...names: readonly string[]): Promise<void> {
    const configs = { 'retention.ms': '-1' }
    await this.client.createTopics(names.map((name) => ({ name, partitions, replicationFactor: 1, configs })))
    const ends = await this.ends(...names)
    const full = ends.find(({ offset }) => offset > 0)
    if (full)
      throw new Error(
        `topic ${full.topic} holds records already: delete it, so that the result can be checked`,
      )
  }

  /** Where topics end, with what waits for its marker: EndTxn is answered before the markers are written. */
  ends(...topics: readonly string[]): Promise<readonly PartitionOffset[]> {
    return this.client.listOffsets(topics.flatMap(partitionsOf), 'latest', 'read_uncommitted')
  }

  /** Starts a process of the application. */
  start({ name, options, ...others }: NewInstance): Instance {
    const instance = new Instance(name, {
      ...others,
      brokers: this.#broker.brokers,
      options: { ...options, stateDir: this.#stateDir(name) },
    })
    this.#instances.push(instance)
    return instance
  }

  /** Lets the next instance of this name begin without local state. */
  async removeState(name: string): Promise<void> {
    await rm(this.#stateDir(name), { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.kill()))
    await this.client.close()
    await this.#broker.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #stateDir(name: string): string {
    return join(this.#folder, name)
  }
}

export function partitionsOf(topic: string): readonly TopicPartition[] {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
}
