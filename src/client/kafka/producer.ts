import { StreamsError } from '../../core/errors.ts'
import { initProducerId } from '../../protocol/api/init-producer-id.ts'
import { checkCode } from '../../protocol/kafka-error.ts'
import type { CommittedOffset, GroupMetadata, Producer, ProducerOptions, RefusalJudge } from '../client.ts'
import { isGenerationOver } from '../generation-over.ts'
import { judgedBatch } from '../judged-batch.ts'
import type { Cluster } from './cluster.ts'
import type { Connections } from './connections.ts'
import { Delivery, type DeliveryGate } from './delivery.ts'
import { ProduceBuffers } from './produce-buffers.ts'
import { TransactionScope } from './transaction-scope.ts'
import { Transactions } from './transactions.ts'
import { clientClosed } from './unreachable.ts'

interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** The largest int32: producers without a transactional id have no transactions that could time out. */
const noTimeout = 2 ** 31 - 1
const openGate: DeliveryGate = { admits: () => true, apply: () => {} }

export class KafkaProducer implements Producer {
  readonly #cluster: Cluster
  readonly #connections: Connections
  readonly #buffers = new ProduceBuffers()
  readonly #transactionalId: string | null
  readonly #transactions: Transactions | undefined
  /** Made anew with each identity. */
  #scope: TransactionScope | undefined
  #delivery: Delivery
  #identity: ProducerIdentity = { producerId: -1, producerEpoch: -1 }
  /** Of a generation that is over: nothing is committed without them. */
  #refusedOffsets: unknown
  #closed = false

  constructor(cluster: Cluster, options: ProducerOptions) {
    this.#cluster = cluster
    this.#connections = cluster.connections()
    this.#transactionalId = options.transactionalId ?? null
    if (options.transactionalId !== undefined)
      this.#transactions = new Transactions(cluster, options.transactionalId, options)
    this.#delivery = this.#newDelivery()
    cluster.users.add(this)
  }

  async init(): Promise<void> {
    this.#throwIfClosed()
    const { inFlight } = this.#delivery
    this.#delivery.fail(new StreamsError('fenced', 'the producer was initialized anew'))
    // Answers to the old identity are not waited for.
    if (inFlight > 0) this.#connections.reset()
    await this.#scope?.settled()
    this.#delivery = this.#newDelivery()
    await this.#transactions?.init()
    this.#identity = this.#transactions ?? (await this.#newProducerId())
  }

  get producerId(): number {
    return this.#identity.producerId
  }

  get producerEpoch(): number {
    return this.#identity.producerEpoch
  }

  get pendingBytes(): number {
    return this.#delivery.pendingBytes
  }

  get failure(): Error | undefined {
    return this.#delivery.failure
  }

  get inTransaction(): boolean {
    return this.#scope?.open ?? false
  }

  reserve(topic: string, partition: number, records: number): number {
    return this.#delivery.queue(topic, partition).reserve(records)
  }

  buffer(size: number): Uint8Array {
    return this.#buffers.take(size)
  }

  send(topic: string, partition: number, bytes: Uint8Array, judge?: RefusalJudge): void {
    this.#delivery.throwFailure()
    if (this.producerId < 0) throw new StreamsError('lifecycle', 'call init before send')
    const queue = this.#delivery.queue(topic, partition)
    this.#scope?.write(queue)
    this.#delivery.push(queue, judgedBatch(bytes, judge))
  }

  drain(pendingBytes: number): Promise<void> {
    return this.#delivery.drain(pendingBytes)
  }

  flush(): Promise<void> {
    return this.drain(0)
  }

  acknowledged(topic: string, partition: number): number | undefined {
    return this.#delivery.queue(topic, partition).acknowledged
  }

  async sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    this.#delivery.throwFailure()
    const { scope, transactions } = this.#transactional()
    await this.#orFail(() => scope.addGroup(group.groupId))
    if (offsets.length === 0) return
    try {
      await transactions.commitOffsets(offsets, group)
      this.#refusedOffsets = undefined
    } catch (error) {
      if (isGenerationOver(error)) this.#refusedOffsets = error
      else this.#delivery.fail(error)
      throw error
    }
  }

  async commit(): Promise<void> {
    await this.flush()
    if (!this.inTransaction) return
    const { scope, transactions } = this.#transactional()
    await scope.settled()
    this.#delivery.throwFailure()
    if (this.#refusedOffsets !== undefined) throw this.#refusedOffsets
    await this.#orFail(() => transactions.end(true))
    scope.end(true)
  }

  async abort(): Promise<void> {
    this.#throwIfClosed()
    await this.#delivery.dropAll()
    await this.#scope?.settled()
    this.#throwIfClosed()
    await this.#orFail(() => this.#abortOnBroker())
    this.#scope?.end(false)
    this.#refusedOffsets = undefined
    this.#delivery.forgive()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#delivery.fail(clientClosed())
    this.#connections.close()
    this.#transactions?.close()
    this.#cluster.users.delete(this)
  }

  /** Sequences that were reserved and never sent would be a gap: a new epoch begins at 0. */
  async #abortOnBroker(): Promise<void> {
    await this.#transactions?.end(false)
    await this.#transactions?.raiseEpoch()
    this.#identity = this.#transactions ?? (await this.#newProducerId())
  }

  #newDelivery(): Delivery {
    const transactions = this.#transactions
    const scope =
      transactions &&
      new TransactionScope(transactions, {
        admitted: () => delivery.pump(),
        unknown: (queues) => this.#cluster.forgetLeaders(queues),
        failed: (error) => delivery.fail(error),
      })
    const delivery = new Delivery({
      cluster: this.#cluster,
      connections: this.#connections,
      buffers: this.#buffers,
      transactionalId: this.#transactionalId,
      gate: scope ?? openGate,
    })
    this.#scope = scope
    return delivery
  }

  async #newProducerId(): Promise<ProducerIdentity> {
    return this.#cluster.retry.run(async () => {
      const connection = await this.#cluster.any()
      const request = {
        transactionalId: null,
        transactionTimeoutMs: noTimeout,
        producerId: -1,
        producerEpoch: -1,
      }
      const answer = await connection.send(initProducerId, request)
      checkCode(answer.errorCode, 'InitProducerId')
      return answer
    })
  }

  #transactional(): { readonly scope: TransactionScope; readonly transactions: Transactions } {
    if (this.#scope && this.#transactions) return { scope: this.#scope, transactions: this.#transactions }
    throw new StreamsError('lifecycle', 'the producer has no transactionalId, so there are no transactions')
  }

  async #orFail(run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#delivery.fail(error)
      throw error
    }
  }

  #throwIfClosed(): void {
    if (this.#closed) throw clientClosed()
  }
}
