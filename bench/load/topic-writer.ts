import type { Client, Producer } from '../../src/client/client.ts'
import type { BatchWriters } from '../../src/kernel/kernel.ts'
import { createWasmKernel } from '../../src/kernel/load.ts'
import { partitionFor } from '../../src/protocol/partitioner.ts'
import { partitions } from '../cluster/bench-cluster.ts'

const batchBytes = 256 * 1024
const maxPendingBytes = 16 * 2 ** 20

/** Writes records to a topic, one open batch for each partition; not in transactions. */
export class TopicWriter implements AsyncDisposable {
  readonly #topic: string
  readonly #producer: Producer
  readonly #writers: BatchWriters = createWasmKernel().writers
  readonly #open: readonly number[] = Array.from({ length: partitions }, () => this.#writers.open(batchBytes))

  constructor(client: Client, topic: string) {
    this.#topic = topic
    this.#producer = client.producer({ transactionTimeoutMs: 60_000 })
  }

  async init(): Promise<this> {
    await this.#producer.init()
    return this
  }

  add(timestamp: number, key: Uint8Array, value: Uint8Array): void {
    const partition = partitionFor(key, partitions)
    if (this.#writers.append(this.#open[partition]!, timestamp, key, value)) return
    this.#send(partition)
    this.#writers.append(this.#open[partition]!, timestamp, key, value)
  }

  /** The broker is behind: `drain` before more is added. */
  get crowded(): boolean {
    return this.#producer.pendingBytes > maxPendingBytes
  }

  async drain(): Promise<void> {
    await this.#producer.drain(maxPendingBytes / 2)
  }

  /** Sends what is in open batches, without waiting for an answer. */
  send(): void {
    for (let partition = 0; partition < partitions; partition++) this.#send(partition)
  }

  /** Resolves when all is in the log. */
  async flush(): Promise<void> {
    this.send()
    await this.#producer.flush()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.close()
  }

  #send(partition: number): void {
    const writer = this.#open[partition]!
    const records = this.#writers.records(writer)
    if (records === 0) return
    const { producerId, producerEpoch } = this.#producer
    const sequence = this.#producer.reserve(this.#topic, partition, records)
    const batch = this.#writers.close(writer, { producerId, producerEpoch, sequence, transactional: false })
    const buffer = this.#producer.buffer(batch.length)
    buffer.set(batch)
    this.#producer.send(this.#topic, partition, buffer)
  }
}
