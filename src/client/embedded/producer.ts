import { StreamsError } from '../../core/errors.ts'
import { topicPartitionName } from '../../core/topic-partition.ts'
import type { CommittedOffset, GroupMetadata, Producer, ProducerOptions } from '../client.ts'
import type { EmbeddedCluster } from './cluster.ts'
import { sequenceAfter } from './producer-state.ts'
import { Signal } from './signal.ts'
import type { TransactionalIdentity } from './transaction-coordinator.ts'

/** One partition as its producer sees it. */
interface Sent {
  nextSequence: number
  acknowledgedSequence: number
  acknowledgedOffset: number | undefined
}

/** Each batch is one request of its own; requests are carried out in order. */
export class EmbeddedProducer implements Producer {
  readonly #cluster: EmbeddedCluster
  readonly #options: ProducerOptions
  readonly #partitions = new Map<string, Sent>()
  readonly #acknowledged = new Signal()
  #producerId = -1
  #producerEpoch = -1
  #pendingBytes = 0
  #inTransaction = false
  #failure: Error | undefined
  #closed = false

  constructor(cluster: EmbeddedCluster, options: ProducerOptions) {
    this.#cluster = cluster
    this.#options = options
  }

  get producerId(): number {
    return this.#producerId
  }

  get producerEpoch(): number {
    return this.#producerEpoch
  }

  get pendingBytes(): number {
    return this.#pendingBytes
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  get inTransaction(): boolean {
    return this.#inTransaction
  }

  async init(): Promise<void> {
    this.#checkOpen()
    await this.drain(0)
    await this.#init()
  }

  reserve(topic: string, partition: number, records: number): number {
    const sent = this.#sentTo(topic, partition)
    const sequence = sent.nextSequence
    sent.nextSequence = sequenceAfter(sequence, records)
    return sequence
  }

  buffer(size: number): Uint8Array {
    return new Uint8Array(size)
  }

  send(topic: string, partition: number, batch: Uint8Array): void {
    this.#checkReady()
    const transactional = this.#identity()
    if (transactional) this.#inTransaction = true
    this.#pendingBytes += batch.length
    void this.#deliver(topic, partition, batch, transactional)
  }

  async drain(pendingBytes: number): Promise<void> {
    while (this.#pendingBytes > pendingBytes) await this.#acknowledged.wait()
  }

  async flush(): Promise<void> {
    await this.drain(0)
    this.#checkReady()
  }

  acknowledged(topic: string, partition: number): number | undefined {
    return this.#partitions.get(topicPartitionName(topic, partition))?.acknowledgedOffset
  }

  async sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    this.#checkReady()
    const producer = this.#transactional()
    this.#inTransaction = true
    await this.#transactionRequest((cluster, now) => cluster.sendOffsets(producer, offsets, group, now))
  }

  async commit(): Promise<void> {
    await this.flush()
    if (!this.#inTransaction) return
    const producer = this.#transactional()
    await this.#transactionRequest(({ transactions }) => transactions.end(producer, true))
    this.#inTransaction = false
  }

  /** After a failure the epoch is bumped too, so that sequences start anew (KIP-360). */
  async abort(): Promise<void> {
    this.#checkOpen()
    const producer = this.#transactional()
    await this.drain(0)
    if (this.#inTransaction)
      await this.#transactionRequest(({ transactions }) => transactions.end(producer, false))
    this.#inTransaction = false
    if (this.#failure) await this.#init(producer)
    for (const sent of this.#partitions.values()) sent.nextSequence = sent.acknowledgedSequence
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.drain(0)
  }

  /** @param current to go on as this producer, not to fence whoever came after it. */
  async #init(current?: TransactionalIdentity): Promise<void> {
    const { transactionalId, transactionTimeoutMs } = this.#options
    const { producerId, producerEpoch } = await this.#cluster.request(({ transactions }) =>
      transactions.initProducer(transactionalId, transactionTimeoutMs, current),
    )
    this.#producerId = producerId
    this.#producerEpoch = producerEpoch
    this.#partitions.clear()
    this.#inTransaction = false
    this.#failure = undefined
  }

  async #deliver(
    topic: string,
    partition: number,
    batch: Uint8Array,
    producer: TransactionalIdentity | undefined,
  ): Promise<void> {
    try {
      const to = { topic, partition }
      const { nextSequence, nextOffset } = await this.#cluster.request((cluster, now) =>
        cluster.produce(producer, to, batch, now),
      )
      const sent = this.#sentTo(topic, partition)
      sent.acknowledgedSequence = nextSequence
      sent.acknowledgedOffset = nextOffset
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#pendingBytes -= batch.length
      this.#acknowledged.notify()
    }
  }

  async #transactionRequest(run: (cluster: EmbeddedCluster, now: number) => void): Promise<void> {
    try {
      await this.#cluster.request(run)
    } catch (error) {
      this.#fail(error)
      throw this.#failure
    }
  }

  #fail(cause: unknown): void {
    this.#failure ??= this.#asFailure(cause)
  }

  /** Without transactions nothing can be aborted: what costs others a transaction is fatal. */
  #asFailure(cause: unknown): Error {
    if (this.#options.transactionalId === undefined && StreamsError.is(cause, 'transaction-aborted'))
      return new StreamsError('protocol-error', cause.message, { cause, details: cause.details })
    return cause instanceof Error ? cause : new StreamsError('internal', String(cause), { cause })
  }

  #sentTo(topic: string, partition: number): Sent {
    const name = topicPartitionName(topic, partition)
    let sent = this.#partitions.get(name)
    if (!sent) {
      sent = { nextSequence: 0, acknowledgedSequence: 0, acknowledgedOffset: undefined }
      this.#partitions.set(name, sent)
    }
    return sent
  }

  #identity(): TransactionalIdentity | undefined {
    const { transactionalId } = this.#options
    if (transactionalId === undefined) return undefined
    return { transactionalId, producerId: this.#producerId, producerEpoch: this.#producerEpoch }
  }

  #transactional(): TransactionalIdentity {
    const identity = this.#identity()
    if (identity) return identity
    throw new StreamsError('lifecycle', 'a producer without transactionalId has no transactions')
  }

  #checkOpen(): void {
    if (this.#closed) throw new StreamsError('lifecycle', 'the producer is closed')
  }

  #checkReady(): void {
    this.#checkOpen()
    if (this.#failure) throw this.#failure
    if (this.#producerId < 0)
      throw new StreamsError('lifecycle', 'the producer is not initialized: call init first')
  }
}
