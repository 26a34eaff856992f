import { topicPartitionName } from '../../core/topic-partition.ts'
import type { ProduceResponse } from '../../protocol/api/produce.ts'
import { append } from './append.ts'
import type { Cluster } from './cluster.ts'
import type { Connections } from './connections.ts'
import { LeaderSearch } from './leader-search.ts'
import type { ProduceBuffers } from './produce-buffers.ts'
import { ProduceLane, type SentBatch } from './produce-lane.ts'
import { ProduceQueue, type QueuedBatch } from './produce-queue.ts'
import { Settlement } from './settlement.ts'
import { isNetworkError } from './unreachable.ts'

/** Says which partitions may be written to. */
export interface DeliveryGate {
  admits(queue: ProduceQueue): boolean
  /** These wait to be admitted; `pump` is to be called when they are. */
  apply(queues: readonly ProduceQueue[]): void
}

export interface DeliveryOptions {
  readonly cluster: Cluster
  readonly connections: Connections
  readonly buffers: ProduceBuffers
  readonly transactionalId: string | null
  readonly gate: DeliveryGate
}

/** From here on a request is sent at once; less waits for what else comes in the same turn. */
const eagerBytes = 64 * 1024

/**
 * Brings the batches of one producer identity to the leaders, each partition's in order, until they are acknowledged. The
 * first failure that cannot be mended stops it for good.
 */
export class Delivery {
  readonly #options: DeliveryOptions
  readonly #cluster: Cluster
  readonly #search: LeaderSearch
  readonly #settlement: Settlement
  readonly #queues = new Map<string, ProduceQueue>()
  readonly #lanes = new Map<number, ProduceLane>()
  /** Bytes queued since the last pump. */
  #newBytes = 0
  #pumpScheduled = false
  #paused = false
  #pendingBytes = 0
  #failure: Error | undefined
  #change: Promise<void> | undefined
  #notify: (() => void) | undefined

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#cluster = options.cluster
    this.#search = new LeaderSearch(options.cluster, {
      unsuccessful: () => this.#waitsForLeader(),
      onFound: () => this.pump(),
      onError: (error) => this.fail(error),
    })
    this.#settlement = new Settlement(options.cluster, {
      done: (batch) => this.#done(batch),
      added: (batches) => {
        for (const { bytes } of batches) this.#pendingBytes += bytes.length
      },
      failed: (error) => this.fail(error),
      rested: () => this.pump(),
    })
  }

  /** Bytes queued or in flight. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  /** Requests in flight. */
  get inFlight(): number {
    let inFlight = 0
    for (const lane of this.#lanes.values()) inFlight += lane.inFlight
    return inFlight
  }

  queue(topic: string, partition: number): ProduceQueue {
    const name = topicPartitionName(topic, partition)
    const known = this.#queues.get(name)
    if (known) return known
    const queue = new ProduceQueue(topic, partition)
    this.#queues.set(name, queue)
    return queue
  }

  push(queue: ProduceQueue, batch: QueuedBatch): void {
    queue.push(batch)
    this.#newBytes += batch.bytes.length
    this.#pendingBytes += batch.bytes.length
    if (this.#newBytes >= eagerBytes) this.pump()
    else this.#pumpSoon()
  }

  /** Sends every leader what may be sent. */
  pump(): void {
    this.#newBytes = 0
    if (this.#failure || this.#paused) return
    const { gate } = this.#options
    const leaders = new Map<number, ProduceQueue[]>()
    const leaderless = new Set<string>()
    const outside: ProduceQueue[] = []
    for (const queue of this.#queues.values()) {
      if (!queue.hasWaiting) continue
      const leader = this.#cluster.leader(queue.topic, queue.partition)
      if (leader === undefined) leaderless.add(queue.topic)
      if (!gate.admits(queue)) outside.push(queue)
      else if (leader !== undefined) append(leaders, leader, queue)
    }
    if (outside.length > 0) gate.apply(outside)
    for (const [leader, queues] of leaders) this.#lane(leader).pump(queues)
    if (leaderless.size > 0) this.#search.start(leaderless)
  }

  /** Waits until at most so many bytes are pending. @throws the failure */
  async drain(pendingBytes: number): Promise<void> {
    this.throwFailure()
    if (this.#pendingBytes > pendingBytes) this.pump()
    while (this.#pendingBytes > pendingBytes) {
      await this.#changed()
      this.throwFailure()
    }
  }

  /** Throws away what is queued, and waits until everything in flight is answered, well or not. */
  async dropAll(): Promise<void> {
    this.#paused = true
    this.#settlement.abandoned = true
    while (this.inFlight > 0) await this.#changed()
    for (const queue of this.#queues.values()) for (const batch of queue.clear()) this.#done(batch)
    this.#paused = false
  }

  /** Goes on after `dropAll`, with sequences from 0. */
  forgive(): void {
    this.#failure = undefined
    this.#settlement.abandoned = false
  }

  fail(error: unknown): void {
    this.#failure ??= error as Error
    this.#settlement.abandoned = true
    this.#changedNow()
  }

  throwFailure(): void {
    if (this.#failure) throw this.#failure
  }

  #pumpSoon(): void {
    if (this.#pumpScheduled) return
    this.#pumpScheduled = true
    queueMicrotask(() => {
      this.#pumpScheduled = false
      this.pump()
    })
  }

  /** After the cluster was asked for leaders. */
  #waitsForLeader(): boolean {
    let waits = false
    for (const queue of this.#queues.values()) {
      const { topic, partition, hasWaiting } = queue
      if (!hasWaiting || this.#cluster.leader(topic, partition) !== undefined) continue
      if (!this.#cluster.knows(topic, partition)) this.#settlement.missing(queue)
      waits = true
    }
    if (waits) this.#changedNow()
    return waits
  }

  #lane(leader: number): ProduceLane {
    const known = this.#lanes.get(leader)
    if (known) return known
    const { cluster, connections, transactionalId } = this.#options
    const lane = new ProduceLane(leader, cluster, connections, transactionalId, {
      answered: (sent, response) => this.#answered(sent, response),
      unanswered: (sent, error) => this.#unanswered(sent, error),
      connected: () => this.pump(),
      unreachable: (queues, error) => this.#unreachable(queues, error),
    })
    this.#lanes.set(leader, lane)
    return lane
  }

  #answered(sent: readonly SentBatch[], { topics }: ProduceResponse): void {
    const left = new Map(sent.map((one) => [one.queue.name, one]))
    for (const { name, partitions } of topics)
      for (const result of partitions) {
        const key = topicPartitionName(name, result.index)
        const one = left.get(key)
        left.delete(key)
        if (one) this.#settlement.answered(one, result)
      }
    for (const one of left.values()) this.#settlement.left(one)
    this.pump()
    this.#changedNow()
  }

  #unanswered(sent: readonly SentBatch[], error: unknown): void {
    if (isNetworkError(error)) {
      this.#cluster.retry.report(error, sent[0]!.queue.failures + 1)
      for (const one of sent) this.#settlement.unanswered(one)
      this.#cluster.forgetLeaders(sent)
    } else for (const one of sent) this.#settlement.giveUp(one, error)
    this.pump()
    this.#changedNow()
  }

  /** Nothing was sent: the queues wait a moment. */
  #unreachable(queues: readonly ProduceQueue[], error: unknown): void {
    if (!isNetworkError(error)) {
      this.fail(error)
      return
    }
    this.#cluster.forgetLeaders(queues)
    for (const queue of queues) this.#settlement.rest(queue)
    this.#cluster.retry.report(error, queues[0]!.failures)
  }

  #done(batch: QueuedBatch): void {
    this.#pendingBytes -= batch.bytes.length
    this.#options.buffers.recycle(batch.bytes)
  }

  /** Resolves at the next acknowledgement or failure. */
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
