import { StreamsError } from '../../core/errors.ts'
import { topicPartitionName } from '../../core/topic-partition.ts'
import { initProducerId } from '../../protocol/api/init-producer-id.ts'
import type { ProduceResponse } from '../../protocol/api/produce.ts'
import { isRetriable, kafkaError, meansStaleMetadata, protocolError } from '../../protocol/error-codes.ts'
import { batchField, batchHeaderSize } from '../../protocol/record-batch/header.ts'
import type { CommittedOffset, GroupMetadata, Producer, ProducerOptions } from '../client.ts'
import type { Cluster } from './cluster.ts'
import type { Connections } from './connections.ts'
import { checkCode } from './kafka-error.ts'
import { LeaderSearch } from './leader-search.ts'
import { ProduceBuffers } from './produce-buffers.ts'
import { ProduceLane, type SentBatch } from './produce-lane.ts'
import { ProduceQueue, type QueuedBatch } from './produce-queue.ts'
import { pauseMs } from './retry.ts'
import { Transactions } from './transactions.ts'
import { clientClosed, isNetworkError } from './unreachable.ts'

/** From here on a request is sent at once; less waits for what else comes in the same turn. */
const eagerBytes = 64 * 1024

export class KafkaProducer implements Producer {
  readonly #cluster: Cluster
  readonly #connections: Connections
  readonly #transactions: Transactions | undefined
  readonly #transactionalId: string | null
  readonly #buffers = new ProduceBuffers()
  readonly #search: LeaderSearch
  #queues = new Map<string, ProduceQueue>()
  #lanes = new Map<number, ProduceLane>()
  /** Partitions that the open transaction was told of, and those that it wrote. */
  #added = new Set<ProduceQueue>()
  #used = new Set<ProduceQueue>()
  /** What the last transaction wrote, which the next one probably writes too: added in one request. */
  #expected: readonly ProduceQueue[] = []
  #expectedGroup: string | undefined
  #adding: Promise<void> | undefined
  #producerId = -1
  #producerEpoch = -1
  /** Bytes queued since the last pump. */
  #newBytes = 0
  #pendingBytes = 0
  #pumpScheduled = false
  #aborting = false
  #closed = false
  #inTransaction = false
  #failure: Error | undefined
  #change: Promise<void> | undefined
  #notify: (() => void) | undefined

  constructor(cluster: Cluster, options: ProducerOptions) {
    this.#cluster = cluster
    this.#connections = cluster.connections()
    cluster.users.add(this)
    this.#transactionalId = options.transactionalId ?? null
    if (options.transactionalId !== undefined)
      this.#transactions = new Transactions(cluster, options.transactionalId, options)
    this.#search = new LeaderSearch(cluster, {
      unsuccessful: () => this.#waitsForLeader(),
      onFound: () => this.#pump(),
      onError: (error) => this.#fail(error),
    })
  }

  async init(): Promise<void> {
    this.#forgetAll()
    await this.#adding
    if (this.#transactions) {
      await this.#transactions.init()
      this.#takeIdentity(this.#transactions)
    } else this.#takeIdentity(await this.#newProducerId())
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

  reserve(topic: string, partition: number, records: number): number {
    return this.#queue(topic, partition).reserve(records)
  }

  buffer(size: number): Uint8Array {
    return this.#buffers.take(size)
  }

  send(topic: string, partition: number, bytes: Uint8Array): void {
    this.#throwFailure()
    if (this.#producerId < 0) throw new StreamsError('lifecycle', 'call init before send')
    const queue = this.#queue(topic, partition)
    queue.push({ bytes, records: recordsIn(bytes) })
    this.#newBytes += bytes.length
    this.#pendingBytes += bytes.length
    if (this.#transactions) {
      this.#inTransaction = true
      this.#used.add(queue)
    }
    if (this.#newBytes >= eagerBytes) this.#pump()
    else this.#pumpSoon()
  }

  async drain(pendingBytes: number): Promise<void> {
    this.#throwFailure()
    if (this.#pendingBytes > pendingBytes) this.#pump()
    while (this.#pendingBytes > pendingBytes) {
      await this.#changed()
      this.#throwFailure()
    }
  }

  flush(): Promise<void> {
    return this.drain(0)
  }

  acknowledged(topic: string, partition: number): number | undefined {
    return this.#queues.get(topicPartitionName(topic, partition))?.acknowledged
  }

  async sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    this.#throwFailure()
    const transactions = this.#transactional('sendOffsets')
    this.#inTransaction = true
    this.#expectedGroup = group.groupId
    await this.#orFail(async () => {
      await transactions.addOffsets(group.groupId)
      if (offsets.length > 0) await transactions.commitOffsets(offsets, group)
    })
  }

  async commit(): Promise<void> {
    await this.flush()
    if (!this.#inTransaction) return
    const transactions = this.#transactional('commit')
    await this.#adding
    this.#throwFailure()
    await this.#orFail(() => transactions.end(true))
    this.#expected = [...this.#used]
    this.#endTransaction()
  }

  async abort(): Promise<void> {
    this.#throwIfClosed()
    this.#aborting = true
    try {
      this.#dropQueued()
      while (this.#inFlight > 0) await this.#changed()
      await this.#adding
      this.#throwIfClosed()
      await this.#abortOnBroker()
      this.#dropQueued()
      this.#failure = undefined
      this.#expected = []
      this.#endTransaction()
    } finally {
      this.#aborting = false
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#failure ??= clientClosed()
    this.#connections.close()
    this.#transactions?.close()
    this.#cluster.users.delete(this)
    this.#changedNow()
  }

  async #abortOnBroker(): Promise<void> {
    const transactions = this.#transactions
    if (!transactions) {
      this.#takeIdentity(await this.#newProducerId())
      return
    }
    await this.#orFail(async () => {
      await transactions.end(false)
      // Sequences that were reserved and never sent would be a gap: a new epoch begins at 0.
      await transactions.raiseEpoch()
      this.#takeIdentity(transactions)
    })
  }

  async #newProducerId(): Promise<{ readonly producerId: number; readonly producerEpoch: number }> {
    return this.#cluster.retry.run(async () => {
      const connection = await this.#cluster.any()
      const request = {
        transactionalId: null,
        transactionTimeoutMs: 2 ** 31 - 1,
        producerId: -1,
        producerEpoch: -1,
      }
      const answer = await connection.send(initProducerId, request)
      checkCode(answer.errorCode, 'InitProducerId')
      return answer
    })
  }

  #takeIdentity(from: { readonly producerId: number; readonly producerEpoch: number }): void {
    this.#producerId = from.producerId
    this.#producerEpoch = from.producerEpoch
  }

  /** For a new identity: what was under way belongs to the old one, and its answers are not waited for. */
  #forgetAll(): void {
    this.#throwIfClosed()
    this.#connections.reset()
    this.#queues = new Map()
    this.#lanes = new Map()
    this.#pendingBytes = 0
    this.#failure = undefined
    this.#expected = []
    this.#endTransaction()
  }

  #endTransaction(): void {
    this.#added = new Set()
    this.#used = new Set()
    this.#inTransaction = false
  }

  #queue(topic: string, partition: number): ProduceQueue {
    const name = topicPartitionName(topic, partition)
    const known = this.#queues.get(name)
    if (known) return known
    const queue = new ProduceQueue(topic, partition)
    this.#queues.set(name, queue)
    return queue
  }

  #pumpSoon(): void {
    if (this.#pumpScheduled) return
    this.#pumpScheduled = true
    queueMicrotask(() => {
      this.#pumpScheduled = false
      this.#pump()
    })
  }

  /** Adds partitions to the transaction where need be, and sends every leader what may be sent. */
  #pump(): void {
    this.#newBytes = 0
    if (this.#failure || this.#aborting) return
    const leaders = new Map<number, ProduceQueue[]>()
    const leaderless = new Set<string>()
    const toAdd: ProduceQueue[] = []
    for (const queue of this.#queues.values()) {
      if (!queue.hasWaiting) continue
      if (this.#transactions && !this.#added.has(queue)) {
        toAdd.push(queue)
        continue
      }
      const leader = this.#cluster.leader(queue.topic, queue.partition)
      if (leader === undefined) leaderless.add(queue.topic)
      else if (leaders.has(leader)) leaders.get(leader)!.push(queue)
      else leaders.set(leader, [queue])
    }
    if (toAdd.length > 0) this.#add(toAdd)
    for (const [leader, queues] of leaders) this.#lane(leader).pump(queues)
    if (leaderless.size > 0) this.#search.start(leaderless)
  }

  #waitsForLeader(): boolean {
    for (const { topic, partition, hasWaiting } of this.#queues.values())
      if (hasWaiting && this.#cluster.leader(topic, partition) === undefined) return true
    return false
  }

  /** AddPartitionsToTxn, in the background; batches of these partitions wait for it. */
  #add(queues: readonly ProduceQueue[]): void {
    const transactions = this.#transactions
    if (this.#adding || !transactions) return
    const first = this.#added.size === 0
    const partitions = first ? [...new Set([...queues, ...this.#expected])] : queues
    const group = first ? this.#expectedGroup : undefined
    const all = this.#queues
    const add = async (): Promise<void> => {
      await transactions.addPartitions(partitions)
      if (this.#queues !== all) return
      for (const queue of partitions) this.#added.add(queue)
      this.#pump()
      if (group !== undefined) await transactions.addOffsets(group)
    }
    this.#adding = add()
      .catch((error: unknown) => {
        if (this.#queues === all) this.#fail(error)
      })
      .then(() => {
        this.#adding = undefined
        this.#pump()
      })
  }

  #lane(leader: number): ProduceLane {
    const known = this.#lanes.get(leader)
    if (known) return known
    const queues = this.#queues
    const ours = (): boolean => this.#queues === queues
    const lane = new ProduceLane(leader, this.#cluster, this.#connections, this.#transactionalId, {
      answered: (sent, response) => ours() && this.#answered(sent, response),
      unanswered: (sent, error) => ours() && this.#unanswered(sent, error),
      free: () => ours() && this.#pump(),
      unreachable: (waiting, error) => ours() && this.#unreachable(waiting, error),
    })
    this.#lanes.set(leader, lane)
    return lane
  }

  get #inFlight(): number {
    let inFlight = 0
    for (const lane of this.#lanes.values()) inFlight += lane.inFlight
    return inFlight
  }

  #answered(sent: readonly SentBatch[], { topics }: ProduceResponse): void {
    const left = new Map(sent.map((one) => [one.queue.name, one]))
    for (const { name, partitions } of topics)
      for (const { index, errorCode, baseOffset } of partitions) {
        const key = topicPartitionName(name, index)
        const one = left.get(key)
        left.delete(key)
        if (one) this.#settle(one, errorCode, baseOffset)
      }
    for (const one of left.values())
      this.#giveUp(one, new StreamsError('protocol-malformed', `Produce: no answer for ${one.queue.name}`))
    this.#pump()
    this.#changedNow()
  }

  #settle(one: SentBatch, errorCode: number, baseOffset: number): void {
    const { queue, batch } = one
    if (errorCode === kafkaError.NONE || errorCode === kafkaError.DUPLICATE_SEQUENCE_NUMBER) {
      queue.succeeded(batch)
      if (baseOffset >= 0) queue.acknowledged = baseOffset + batch.records
      this.#done(batch)
    } else if (isRetriable(errorCode) || isFollowUp(queue, errorCode)) {
      this.#again(one, protocolError(errorCode, `Produce to ${queue.name}`))
      if (meansStaleMetadata(errorCode)) this.#cluster.forgetLeaders([queue])
    } else this.#giveUp(one, protocolError(errorCode, `Produce to ${queue.name}`))
  }

  #unanswered(sent: readonly SentBatch[], error: unknown): void {
    if (isNetworkError(error)) {
      if (!this.#closed) this.#cluster.retry.report(error, sent[0]!.queue.failures + 1)
      for (const one of sent) this.#again(one, error)
      this.#cluster.forgetLeaders(sent)
    } else for (const one of sent) this.#giveUp(one, error)
    this.#pump()
    this.#changedNow()
  }

  /** Nothing was sent: the queues wait a moment. */
  #unreachable(queues: readonly ProduceQueue[], error: unknown): void {
    if (!isNetworkError(error)) {
      this.#fail(error)
      return
    }
    this.#cluster.forgetLeaders(queues)
    for (const queue of queues) this.#rest(queue)
    this.#cluster.retry.report(error, queues[0]?.failures ?? 1)
  }

  #giveUp({ queue, batch }: SentBatch, error: unknown): void {
    queue.gaveUp(batch)
    this.#done(batch)
    this.#fail(error)
  }

  #again(one: SentBatch, error: StreamsError): void {
    const { queue, batch } = one
    const now = this.#cluster.context.clock.monotonic()
    if (!queue.recovering && queue.failures === 0) queue.failingSince = now
    if (!isNetworkError(error) && now - queue.failingSince > this.#cluster.settings.deliveryTimeoutMs) {
      this.#giveUp(one, error)
      return
    }
    if (!queue.failed(batch)) return
    this.#rest(queue)
  }

  #rest(queue: ProduceQueue): void {
    queue.failures++
    queue.resting = true
    this.#cluster.context.clock.after(pauseMs(queue.failures, 20, 1000), () => {
      queue.resting = false
      this.#pump()
    })
  }

  #done(batch: QueuedBatch): void {
    this.#pendingBytes -= batch.bytes.length
    this.#buffers.recycle(batch.bytes)
  }

  #dropQueued(): void {
    for (const queue of this.#queues.values()) for (const batch of queue.clear()) this.#done(batch)
  }

  #transactional(what: string): Transactions {
    if (this.#transactions) return this.#transactions
    throw new StreamsError('lifecycle', `${what} needs a producer with a transactionalId`)
  }

  async #orFail(run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error as Error
    this.#changedNow()
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure
  }

  #throwIfClosed(): void {
    if (this.#closed) throw clientClosed()
  }

  /** The next acknowledgement or failure. */
  #changed(): Promise<void> {
    this.#change ??= new Promise((resolve) => {
      this.#notify = resolve
    })
    return this.#change
  }

  #changedNow(): void {
    this.#notify?.()
    this.#notify = undefined
    this.#change = undefined
  }
}

/** A batch behind one that failed: its sequence comes too early. */
function isFollowUp(queue: ProduceQueue, errorCode: number): boolean {
  return queue.recovering && errorCode === kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER
}

function recordsIn(batch: Uint8Array): number {
  if (batch.length < batchHeaderSize)
    throw new StreamsError('internal', `a batch of ${batch.length} bytes was sent`)
  return new DataView(batch.buffer, batch.byteOffset).getInt32(batchField.lastOffsetDelta) + 1
}
