import {
  encodeProduce,
  type ProduceRequest,
  type ProduceResponse,
  produce,
} from '../../protocol/api/produce.ts'
import { byTopic } from './by-topic.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import type { Connections } from './connections.ts'
import type { ProduceQueue, QueuedBatch } from './produce-queue.ts'

/** One batch that went out in a request. */
export interface SentBatch {
  readonly topic: string
  readonly partition: number
  readonly queue: ProduceQueue
  readonly batch: QueuedBatch
}

export interface ProduceLaneEvents {
  answered(sent: readonly SentBatch[], response: ProduceResponse): void
  unanswered(sent: readonly SentBatch[], error: unknown): void
  /** There is a connection now. */
  connected(): void
  /** The connection cannot be made. */
  unreachable(queues: readonly ProduceQueue[], error: unknown): void
}

/** More would reorder nothing but overrun the five batches a partition that brokers check for repetitions. */
const maxInFlight = 5
/** Bytes in one request; a single larger batch goes alone. */
const maxRequestBytes = 512 * 1024

/**
 * What one producer sends to one broker: one connection (with two, transactions break), up to five requests in flight,
 * in each at most one batch a partition, as brokers demand.
 */
export class ProduceLane {
  readonly #leader: number
  readonly #cluster: Cluster
  readonly #connections: Connections
  readonly #transactionalId: string | null
  readonly #events: ProduceLaneEvents
  #connecting = false
  #inFlight = 0
  /** Where the next request begins to collect, so that all partitions have their turn. */
  #start = 0

  constructor(
    leader: number,
    cluster: Cluster,
    connections: Connections,
    transactionalId: string | null,
    events: ProduceLaneEvents,
  ) {
    this.#leader = leader
    this.#cluster = cluster
    this.#connections = connections
    this.#transactionalId = transactionalId
    this.#events = events
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Sends what may be sent. */
  pump(queues: readonly ProduceQueue[]): void {
    const address = this.#cluster.broker(this.#leader)
    if (this.#connecting || !address) return
    const connection = this.#connections.existing(address)
    if (!connection) {
      void this.#connect(queues)
      return
    }
    while (this.#inFlight < maxInFlight) {
      const sent = this.#collect(queues)
      if (sent.length === 0) return
      this.#send(connection, sent)
    }
  }

  async #connect(queues: readonly ProduceQueue[]): Promise<void> {
    this.#connecting = true
    try {
      await this.#connections.to(this.#cluster.broker(this.#leader)!)
      this.#connecting = false
      this.#events.connected()
    } catch (error) {
      this.#connecting = false
      this.#events.unreachable(queues, error)
    }
  }

  #collect(queues: readonly ProduceQueue[]): SentBatch[] {
    const sent: SentBatch[] = []
    let bytes = 0
    for (let i = 0; i < queues.length; i++) {
      const at = (this.#start + i) % queues.length
      const queue = queues[at]!
      const batch = queue.next(this.#leader)
      if (!batch) continue
      bytes += batch.bytes.length
      if (sent.length > 0 && bytes > maxRequestBytes) {
        this.#start = at
        break
      }
      queue.sent(this.#leader)
      sent.push({ topic: queue.topic, partition: queue.partition, queue, batch })
    }
    return sent
  }

  #send(connection: Connection, sent: readonly SentBatch[]): void {
    this.#inFlight++
    const { requestTimeoutMs } = this.#cluster.settings
    const request: ProduceRequest = {
      transactionalId: this.#transactionalId,
      acks: -1,
      timeoutMs: requestTimeoutMs,
      topics: byTopic(sent, ({ partition, batch }) => ({ index: partition, records: batch.bytes })),
    }
    connection.send(produce, request, { encode: encodeProduce }).then(
      (response) => {
        this.#inFlight--
        this.#events.answered(sent, response)
      },
      (error: unknown) => {
        this.#inFlight--
        this.#events.unanswered(sent, error)
      },
    )
  }
}
