import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/time/clock.ts'
import type { TopicPartition } from '../../core/topic-partition.ts'
import { isTransactional, readBatchHeader } from '../../protocol/record-batch/header.ts'
import type { Client, ClientContext, CommittedOffset, GroupMetadata } from '../client.ts'
import type { RefusingAnswer } from '../judged-batch.ts'
import { EmbeddedClient } from './client.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { Connection, type Link } from './link.ts'
import type { Appended } from './partition-log.ts'
import { refused } from './refused.ts'
import { Topics } from './topics.ts'
import {
  type TransactionalIdentity,
  TransactionCoordinator,
  type TransactionMarkers,
} from './transaction-coordinator.ts'

export interface EmbeddedClusterOptions {
  readonly clock: Clock
  /** Bytes kept of each partition; the oldest batches go. Absent: all are kept. See `Topics`. */
  readonly retentionBytes?: number
  /** A uuid, part of the topic ids. Absent: a random one, so that no other cluster's topics are taken for these. */
  readonly clusterId?: string
  /** Writes a marker, which ends a transaction in one partition or group. Absent: at once, before EndTxn is answered. */
  readonly writeMarker?: (write: () => void) => void
}

/**
 * A Kafka cluster inside the process, for demos and tests: one broker, one replica, everything in memory. What
 * clients do goes through `request`; the parts behind it are plain state machines that are told the time.
 */
export class EmbeddedCluster {
  readonly topics: Topics
  readonly groups: GroupCoordinator = new GroupCoordinator()
  readonly transactions: TransactionCoordinator
  readonly #clock: Clock
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined

  constructor({
    clock,
    retentionBytes = Number.POSITIVE_INFINITY,
    clusterId = randomUUID(),
    writeMarker,
  }: EmbeddedClusterOptions) {
    this.#clock = clock
    this.topics = new Topics(clusterId, retentionBytes)
    const markers: TransactionMarkers = {
      endInPartition: ({ topic, partition }, { producerId, producerEpoch }, committed) =>
        this.topics.log(topic, partition).endTransaction(producerId, producerEpoch, committed, clock.now()),
      endInGroup: (groupId, { producerId }, committed) =>
        this.groups.settleOffsets(groupId, producerId, committed),
    }
    this.transactions = new TransactionCoordinator(markers, writeMarker)
  }

  /** @param link a way to the cluster that is not as good as it gets. */
  createClient(context: ClientContext, link?: Link): Client {
    return new EmbeddedClient(new Connection(this, link), context)
  }

  /** One request of a client: carried out in a later turn, in the order of the calls. */
  async request<T>(run: (cluster: this, now: number) => T | Promise<T>): Promise<T> {
    await this.#clock.turn()
    return this.handle(run)
  }

  /** A request has arrived. */
  handle<T>(run: (cluster: this, now: number) => T): T {
    try {
      return run(this, this.#clock.monotonic())
    } finally {
      this.#setAlarm()
    }
  }

  /** Produce. Its transaction must be the batch's, and cover the partition. @throws StreamsError as the log. */
  produce(
    producer: TransactionalIdentity | undefined,
    to: TopicPartition,
    batch: Uint8Array,
  ): Appended | RefusingAnswer {
    const log = this.topics.log(to.topic, to.partition)
    const header = readBatchHeader(batch, 0)
    const owner = isTransactional(header) ? header.producerId : undefined
    if (owner !== producer?.producerId)
      throw refused('INVALID_TXN_STATE', `a batch for ${to.topic} is not of its producer's transaction`)
    if (producer) this.transactions.checkPartition(producer, to)
    return log.refusal(batch) ?? log.append(batch)
  }

  /** TxnOffsetCommit. The transaction must cover the group. */
  commitOffsets(
    producer: TransactionalIdentity,
    offsets: readonly CommittedOffset[],
    group: GroupMetadata,
  ): void {
    this.transactions.checkGroup(producer, group.groupId)
    this.groups.checkCommit(group)
    this.groups.holdOffsets(group.groupId, producer.producerId, offsets)
  }

  /** Time-outs are looked for at the earliest deadline. An alarm that turns out too early sets the next one. */
  #setAlarm(): void {
    const at = Math.min(this.transactions.nextDeadline(), this.groups.nextDeadline())
    if (at >= (this.#alarm?.at ?? Number.POSITIVE_INFINITY)) return
    this.#alarm?.cancel()
    const cancel = this.#clock.after(at - this.#clock.monotonic(), () => {
      this.#alarm = undefined
      const now = this.#clock.monotonic()
      this.transactions.expire(now)
      this.groups.expire(now)
      this.#setAlarm()
    })
    this.#alarm = { at, cancel }
  }
}
