import { StreamsError } from '../../core/errors.ts'
import { topicPartitionName } from '../../core/topic-partition.ts'
import { kafkaError } from '../../protocol/error-codes.ts'
import { baseSequenceOf, sequenceAfter } from '../../protocol/record-batch/rewrite.ts'
import type { CommittedOffset, GroupMetadata, Producer, ProducerOptions, RefusalJudge } from '../client.ts'
import { isGenerationOver } from '../generation-over.ts'
import {
  halves,
  type JudgedBatch,
  judgedBatch,
  type RefusingAnswer,
  refusedBy,
  renumber,
  withoutRefused,
} from '../judged-batch.ts'
import type { EmbeddedCluster } from './cluster.ts'
import type { Connection, LinkRequest } from './link.ts'
import type { Appended } from './partition-log.ts'
import { refusalOf } from './refused.ts'
import { nothingSent, type Sent } from './sent.ts'
import { Signal } from './signal.ts'
import type { TransactionalIdentity } from './transaction-coordinator.ts'

/** Each batch is one request of its own, and a partition's next one waits for it. */
export class EmbeddedProducer implements Producer {
  readonly #connection: Connection
  readonly #options: ProducerOptions
  readonly #partitions = new Map<string, Sent>()
  /** What the open transaction covers: partitions, and groups by name. */
  readonly #added = new Set<Sent | string>()
  readonly #acknowledged = new Signal()
  #producerId = -1
  #producerEpoch = -1
  #pendingBytes = 0
  #inTransaction = false
  #failure: Error | undefined
  #aborting = false
  /** Of a generation that is over: nothing is committed without them. */
  #refusedOffsets: unknown
  #closed = false

  constructor(connection: Connection, options: ProducerOptions) {
    this.#connection = connection
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

  send(topic: string, partition: number, batch: Uint8Array, judge?: RefusalJudge): void {
    this.#checkReady()
    if (this.#options.transactionalId !== undefined) this.#inTransaction = true
    this.#pendingBytes += batch.length
    const sent = this.#sentTo(topic, partition)
    if (sent.waiting.push(judgedBatch(batch, judge)) === 1) void this.#deliver(sent)
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
    const { groupId } = group
    if (!this.#added.has(groupId))
      await this.#transactionRequest({ api: 'AddOffsetsToTxn' }, ({ transactions }, now) =>
        transactions.addGroup(producer, groupId, now),
      )
    this.#added.add(groupId)
    await this.#transactionRequest({ api: 'TxnOffsetCommit' }, (cluster) =>
      cluster.commitOffsets(producer, offsets, group),
    )
    this.#refusedOffsets = undefined
  }

  async commit(): Promise<void> {
    await this.flush()
    if (!this.#inTransaction) return
    if (this.#refusedOffsets !== undefined) throw this.#refusedOffsets
    const producer = this.#transactional()
    await this.#end(producer, true)
  }

  /** After a failure the epoch is bumped too, so that sequences start anew (KIP-360). */
  async abort(): Promise<void> {
    this.#checkOpen()
    const producer = this.#transactional()
    this.#aborting = true
    await this.drain(0)
    this.#aborting = false
    if (this.#inTransaction) await this.#end(producer, false)
    this.#refusedOffsets = undefined
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
    const { producerId, producerEpoch } = await this.#connection.request(
      { api: 'InitProducerId' },
      ({ transactions }) => transactions.initProducer(transactionalId, transactionTimeoutMs, current),
    )
    this.#producerId = producerId
    this.#producerEpoch = producerEpoch
    this.#partitions.clear()
    this.#added.clear()
    this.#inTransaction = false
    this.#failure = undefined
  }

  /** Until nothing of the partition waits, or what waits is not wanted any more. */
  async #deliver(sent: Sent): Promise<void> {
    const { waiting } = sent
    while (waiting.length > 0) {
      await this.#deliverFirst(sent)
      if (this.#unwanted) this.#done(sent, waiting.length)
      this.#acknowledged.notify()
    }
  }

  async #deliverFirst(sent: Sent): Promise<void> {
    const batch = sent.waiting[0]!
    try {
      await this.#addPartition(sent)
      if (this.#unwanted) return
      const answer = await this.#connection.request({ api: 'Produce', topic: sent.topic }, (cluster) =>
        cluster.produce(this.#identity(), sent, batch.bytes),
      )
      if ('errorCode' in answer) this.#refused(sent, batch, answer)
      else this.#appended(sent, answer)
    } catch (error) {
      const answer = refusalOf(error)
      if (answer && batch.judge) this.#refused(sent, batch, answer)
      else this.#fail(error)
    }
  }

  /** Before the first batch of a transaction for a partition, always: the explicit flow of transaction version 1. */
  async #addPartition(sent: Sent): Promise<void> {
    const producer = this.#identity()
    if (!producer || this.#added.has(sent)) return
    await this.#connection.request(
      { api: 'AddPartitionsToTxn', topic: sent.topic },
      ({ topics, transactions }, now) => {
        topics.log(sent.topic, sent.partition)
        transactions.addPartition(producer, sent, now)
      },
    )
    this.#added.add(sent)
  }

  #appended(sent: Sent, { nextSequence, nextOffset }: Appended): void {
    sent.acknowledgedSequence = nextSequence
    sent.acknowledgedOffset = nextOffset
    this.#done(sent, 1)
  }

  #refused(sent: Sent, batch: JudgedBatch, answer: RefusingAnswer): void {
    const { errorCode, errorMessage } = answer
    if (errorCode === kafkaError.MESSAGE_TOO_LARGE && batch.records > 1)
      this.#replace(sent, batch, () => halves(batch))
    else if (batch.judge && !this.#unwanted)
      this.#replace(sent, batch, () => withoutRefused(batch, sent, answer, true))
    else this.#fail(refusedBy(errorCode, sent, errorMessage))
  }

  #replace(sent: Sent, batch: JudgedBatch, by: () => readonly JudgedBatch[]): void {
    try {
      const batches = by()
      for (const { bytes } of batches) this.#pendingBytes += bytes.length
      sent.waiting.splice(1, 0, ...batches)
      this.#done(sent, 1)
      sent.nextSequence = renumber(sent.waiting, baseSequenceOf(batch.bytes))
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The first so many that wait do so no longer. */
  #done({ waiting }: Sent, count: number): void {
    for (const { bytes } of waiting.splice(0, count)) this.#pendingBytes -= bytes.length
  }

  /** What waits is not to be delivered any more. */
  get #unwanted(): boolean {
    return this.#aborting || this.#failure !== undefined
  }

  async #end(producer: TransactionalIdentity, committed: boolean): Promise<void> {
    await this.#transactionRequest({ api: 'EndTxn', committed }, ({ transactions }) =>
      transactions.end(producer, committed),
    )
    this.#added.clear()
    this.#inTransaction = false
  }

  async #transactionRequest(
    request: LinkRequest,
    run: (cluster: EmbeddedCluster, now: number) => void,
  ): Promise<void> {
    try {
      await this.#connection.request(request, run)
    } catch (error) {
      if (isGenerationOver(error)) {
        this.#refusedOffsets = error
        throw error
      }
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
      sent = nothingSent(topic, partition)
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
