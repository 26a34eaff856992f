import type { Client, ClientContext, Producer } from '../client/client.ts'
import { EmbeddedCluster } from '../client/embedded/cluster.ts'
import { StreamsError } from '../core/errors.ts'
import { Hooks } from '../core/hooks.ts'
import { silentLogger } from '../core/logger.ts'
import { type Headers, noHeaders } from '../core/record.ts'
import { type Clock, systemClock } from '../core/time/clock.ts'
import type { Topic } from '../dsl/topic.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import { decodeBatches } from '../protocol/record-batch/decode.ts'
import { encodeBatch } from '../protocol/record-batch/encode.ts'

export interface EmbeddedKafkaOptions {
  readonly clock?: Clock
  /** Bytes kept of each partition; the oldest records go. Absent: all are kept. */
  readonly retentionBytes?: number
}

export interface SentRecord<K, V> {
  readonly key: K | null
  readonly value: V | null
  /** Ms since the epoch; the cluster's clock if not given. */
  readonly timestamp?: number
  readonly headers?: Headers
}

export interface ReadRecord<K, V> {
  readonly key: K | null
  readonly value: V | null
  readonly timestamp: number
  readonly headers: Headers
  readonly partition: number
  readonly offset: number
}

/**
 * A Kafka cluster inside the process, for demos and tests: nothing but Node is needed. Give it to
 * `new KafkaStreams(topology, { kafka: cluster })`, send it input and read what came out.
 */
export class EmbeddedKafka implements AsyncDisposable {
  readonly #cluster: EmbeddedCluster
  readonly #client: Client
  readonly #clock: Clock
  #producer: Promise<Producer> | undefined

  constructor(options: EmbeddedKafkaOptions = {}) {
    const { clock = systemClock, retentionBytes } = options
    this.#clock = clock
    this.#cluster = new EmbeddedCluster({ clock, ...(retentionBytes !== undefined && { retentionBytes }) })
    this.#client = this.createClient({ clock, logger: silentLogger, hooks: new Hooks() })
  }

  /** For KafkaStreams. */
  createClient(context: ClientContext): Client {
    return this.#cluster.createClient(context)
  }

  /** Creates topics that do not exist yet, each with so many partitions. */
  async createTopics(
    partitions: number,
    ...topics: readonly Pick<Topic<never, never>, 'name'>[]
  ): Promise<void> {
    await this.#client.createTopics(
      topics.map(({ name }) => ({ name, partitions, replicationFactor: 1, configs: {} })),
    )
  }

  /** Sends records, by the default partitioner; those without a key go to partition 0. */
  async send<K, V>(topic: Topic<K, V>, records: readonly SentRecord<K, V>[]): Promise<void> {
    const partitions = await this.#partitions(topic.name)
    const byPartition = new Map<number, Encodable[]>()
    for (const { key, value, timestamp, headers } of records) {
      const keyBytes = key === null ? null : topic.key.serialize(key)
      const partition = keyBytes ? partitionFor(keyBytes, partitions) : 0
      const list = byPartition.get(partition) ?? []
      list.push({
        key: keyBytes,
        value: value === null ? null : topic.value.serialize(value),
        timestamp: timestamp ?? this.#clock.now(),
        headers: headers ?? noHeaders,
      })
      byPartition.set(partition, list)
    }
    this.#producer ??= this.#newProducer()
    const producer = await this.#producer
    const { producerId, producerEpoch } = producer
    for (const [partition, list] of byPartition) {
      for (const records of batchesOf(list)) {
        const sequence = producer.reserve(topic.name, partition, records.length)
        const batch = encodeBatch(records, { producerId, producerEpoch, sequence, transactional: false })
        producer.send(topic.name, partition, batch)
      }
    }
    await producer.flush()
  }

  /** All records that a read_committed consumer sees, partition by partition in order. */
  async read<K, V>(topic: Topic<K, V>): Promise<readonly ReadRecord<K, V>[]> {
    const partitions = await this.#partitions(topic.name)
    const inputs = Array.from({ length: partitions }, (_, partition) => ({ topic: topic.name, partition }))
    const starts = await this.#client.listOffsets(inputs, 'earliest', 'read_committed')
    const ends = await this.#client.listOffsets(inputs, 'latest', 'read_committed')
    const fetcher = this.#client.fetcher({
      isolation: 'read_committed',
      partitionBytes: 2 ** 20,
      bufferBytes: 2 ** 26,
      offsetReset: 'earliest',
    })
    const left = new Map<number, number>()
    for (const { partition, offset } of starts) {
      const end = ends.find((other) => other.partition === partition)?.offset ?? 0
      if (end <= offset) continue
      left.set(partition, end)
      fetcher.add({ topic: topic.name, partition }, offset)
    }
    const records: ReadRecord<K, V>[] = []
    while (left.size > 0) {
      for (const stretch of await fetcher.poll(1000)) {
        const { partition, offset: fromOffset } = stretch
        for (const run of stretch.runs) {
          for (const record of decodeBatches(run, { fromOffset })) {
            records.push({
              ...record,
              key: record.key && topic.key.deserialize(record.key),
              value: record.value && topic.value.deserialize(record.value),
              partition,
            })
          }
        }
        if (stretch.nextOffset >= (left.get(partition) ?? 0)) left.delete(partition)
        stretch.release()
      }
    }
    await fetcher.close()
    return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close()
  }

  async #newProducer(): Promise<Producer> {
    const producer = this.#client.producer({ transactionTimeoutMs: 10_000 })
    await producer.init()
    return producer
  }

  async #partitions(topic: string): Promise<number> {
    const found = (await this.#client.topics([topic])).get(topic)
    if (found) return found.partitions
    throw new StreamsError('topic-missing', `no such topic: ${topic}; create it with createTopics`)
  }
}

/** Below what topics take in one batch. */
const batchBytes = 512 * 1024

function* batchesOf(records: readonly Encodable[]): Generator<readonly Encodable[]> {
  let batch: Encodable[] = []
  let bytes = 0
  for (const record of records) {
    if (bytes > batchBytes) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(record)
    bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0)
  }
  yield batch
}

interface Encodable {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
}
