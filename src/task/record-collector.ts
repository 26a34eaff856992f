import type { Producer } from '../client/client.ts'
import { type Headers, noHeaders } from '../core/record.ts'
import { topicPartitionName } from '../core/topic-partition.ts'
import type { BatchWriters } from '../kernel/kernel.ts'

interface Target {
  readonly topic: string
  readonly partition: number
}

/**
 * Turns a task's output records into batches and hands them to the thread's producer. Sequence numbers are given
 * when a batch is closed, since several tasks write to one partition.
 */
export class RecordCollector {
  readonly #writers: BatchWriters
  readonly #producer: Producer
  readonly #transactional: boolean
  readonly #batchBytes: number
  /** By writer number. */
  readonly #targets: (Target | undefined)[] = []
  readonly #byPartition = new Map<string, number>()
  #records = 0

  constructor(
    writers: BatchWriters,
    producer: Producer,
    options: { transactional: boolean; batchBytes: number },
  ) {
    this.#writers = writers
    this.#producer = producer
    this.#transactional = options.transactional
    this.#batchBytes = options.batchBytes
  }

  /** Says where the batches of a writer that the kernel made for its region go. */
  bind(writer: number, topic: string, partition: number): void {
    this.#targets[writer] = { topic, partition }
  }

  /** Records handed to the producer so far. */
  get records(): number {
    return this.#records
  }

  send(
    topic: string,
    partition: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers = noHeaders,
  ): void {
    const writer = this.#writerOf(topic, partition)
    if (this.#writers.append(writer, timestamp, key, value, headers)) return
    this.close(writer)
    this.#writers.append(writer, timestamp, key, value, headers)
  }

  /** Seals a writer's batch, if it holds records, and sends it. */
  close(writer: number): void {
    const target = this.#targets[writer]
    const records = this.#writers.records(writer)
    if (!target || records === 0) return
    const { topic, partition } = target
    const batch = this.#writers.close(writer, {
      producerId: this.#producer.producerId,
      producerEpoch: this.#producer.producerEpoch,
      sequence: this.#producer.reserve(topic, partition, records),
      transactional: this.#transactional,
    })
    const buffer = this.#producer.buffer(batch.length)
    buffer.set(batch)
    this.#producer.send(topic, partition, buffer)
    this.#records += records
  }

  /** Seals and sends everything. */
  flush(): void {
    for (let writer = 0; writer < this.#targets.length; writer++) this.close(writer)
  }

  #writerOf(topic: string, partition: number): number {
    const name = topicPartitionName(topic, partition)
    let writer = this.#byPartition.get(name)
    if (writer === undefined) {
      writer = this.#writers.open(this.#batchBytes)
      this.#byPartition.set(name, writer)
      this.#targets[writer] = { topic, partition }
    }
    return writer
  }
}
