import { type TopicPartition, topicPartitionName } from '../../core/topic-partition.ts'
import { addOffsetsToTxn } from '../../protocol/api/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../protocol/api/add-partitions-to-txn.ts'
import { endTxn } from '../../protocol/api/end-txn.ts'
import { type InitProducerIdResponse, initProducerId } from '../../protocol/api/init-producer-id.ts'
import { txnOffsetCommit } from '../../protocol/api/txn-offset-commit.ts'
import type { Api } from '../../protocol/codec.ts'
import { kafkaError, protocolError } from '../../protocol/error-codes.ts'
import { checkCode, kafkaErrorOf } from '../../protocol/kafka-error.ts'
import type { CommittedOffset, GroupMetadata, ProducerOptions } from '../client.ts'
import { byTopic } from './by-topic.ts'
import type { Cluster } from './cluster.ts'
import type { Connections } from './connections.ts'

/**
 * What a producer asks of the transaction coordinator: the explicit flow of transaction version 1 (AddPartitionsToTxn,
 * AddOffsetsToTxn, TxnOffsetCommit, EndTxn), which every broker from 2.8 to 4.3 takes. One request at a time, since the
 * coordinator answers CONCURRENT_TRANSACTIONS to the next while it writes the last to its log.
 */
export class Transactions {
  readonly #cluster: Cluster
  readonly #connections: Connections
  readonly #transactionalId: string
  readonly #timeoutMs: number
  #last: Promise<unknown> = Promise.resolve()
  #groups = new Map<string, Promise<void>>()
  /** Something was added: the broker may have an open transaction. */
  #begun = false
  producerId = -1
  producerEpoch = -1

  constructor(cluster: Cluster, transactionalId: string, { transactionTimeoutMs }: ProducerOptions) {
    this.#cluster = cluster
    this.#connections = cluster.connections()
    this.#transactionalId = transactionalId
    this.#timeoutMs = transactionTimeoutMs
  }

  close(): void {
    this.#connections.close()
  }

  /** A new epoch, which fences every producer of the same transactional id and ends its transaction. */
  init(): Promise<void> {
    return this.#initProducerId(-1, -1)
  }

  /** The next epoch of this very producer (KIP-360), so that its sequences may begin at 0 again. */
  raiseEpoch(): Promise<void> {
    return this.#initProducerId(this.producerId, this.producerEpoch)
  }

  async addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    this.#begun = true
    const request = {
      ...this.#identity,
      topics: byTopic(partitions, ({ partition }) => partition),
    }
    await this.#ask(addPartitionsToTxn, request, ({ results }) => {
      for (const { name, results: inTopic } of results)
        for (const { partitionIndex, errorCode } of inTopic)
          if (errorCode !== kafkaError.OPERATION_NOT_ATTEMPTED)
            checkCode(errorCode, `AddPartitionsToTxn of ${topicPartitionName(name, partitionIndex)}`)
    })
  }

  /** Once a group and transaction. */
  addOffsets(groupId: string): Promise<void> {
    const known = this.#groups.get(groupId)
    if (known) return known
    this.#begun = true
    const adding = this.#ask(addOffsetsToTxn, { ...this.#identity, groupId }, ({ errorCode }) =>
      checkCode(errorCode, `AddOffsetsToTxn of group ${groupId}`),
    )
    this.#groups.set(groupId, adding)
    return adding
  }

  /** After `addOffsets`. Version 3 carries generation and member, by which the group's coordinator refuses a zombie. */
  async commitOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    const request = {
      ...this.#identity,
      ...group,
      topics: byTopic(offsets, ({ partition, offset, metadata }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedMetadata: metadata,
      })),
    }
    await this.#cluster.ask({
      type: 'group',
      key: group.groupId,
      connections: this.#connections,
      api: txnOffsetCommit,
      request: () => request,
      check: ({ topics }) => {
        for (const { name, partitions } of topics)
          for (const { partitionIndex, errorCode } of partitions)
            checkOffset(errorCode, `TxnOffsetCommit of ${topicPartitionName(name, partitionIndex)}`)
      },
    })
  }

  /** Does nothing when nothing was added. */
  async end(committed: boolean): Promise<void> {
    if (!this.#begun) return
    try {
      await this.#ask(endTxn, { ...this.#identity, committed }, ({ errorCode }) =>
        checkCode(errorCode, `EndTxn of ${this.#transactionalId}`),
      )
    } catch (error) {
      // There was no transaction to abort: adding to it had failed.
      if (committed || kafkaErrorOf(error) !== kafkaError.INVALID_TXN_STATE) throw error
    }
    this.#reset()
  }

  async #initProducerId(producerId: number, producerEpoch: number): Promise<void> {
    const request = {
      transactionalId: this.#transactionalId,
      transactionTimeoutMs: this.#timeoutMs,
      producerId,
      producerEpoch,
    }
    let answer: InitProducerIdResponse | undefined
    await this.#ask(initProducerId, request, (response) => {
      checkCode(response.errorCode, `InitProducerId of ${this.#transactionalId}`)
      answer = response
    })
    this.producerId = answer!.producerId
    this.producerEpoch = answer!.producerEpoch
    this.#reset()
  }

  #reset(): void {
    this.#begun = false
    this.#groups = new Map()
  }

  get #identity(): { transactionalId: string; producerId: number; producerEpoch: number } {
    return {
      transactionalId: this.#transactionalId,
      producerId: this.producerId,
      producerEpoch: this.producerEpoch,
    }
  }

  #ask<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    check: (response: Response) => void,
  ): Promise<void> {
    const run = async (): Promise<void> => {
      await this.#cluster.ask({
        type: 'transaction',
        key: this.#transactionalId,
        connections: this.#connections,
        api,
        request: () => request,
        check,
      })
    }
    const asked = this.#last.then(run, run)
    this.#last = asked
    return asked
  }
}

/** A rebalance is going on: the offsets are not refused for ever, but this transaction is of no use. */
function checkOffset(errorCode: number, where: string): void {
  if (errorCode === kafkaError.REBALANCE_IN_PROGRESS)
    throw protocolError(kafkaError.TRANSACTION_ABORTABLE, `${where}, while the group rebalances`)
  checkCode(errorCode, where)
}
