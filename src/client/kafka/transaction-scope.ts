import { kafkaError } from '../../protocol/error-codes.ts'
import { kafkaErrorOf } from '../../protocol/kafka-error.ts'
import type { DeliveryGate } from './delivery.ts'
import type { ProduceQueue } from './produce-queue.ts'
import type { Transactions } from './transactions.ts'

export interface TransactionScopeEvents {
  /** Partitions were admitted. */
  admitted(): void
  /** The coordinator does not know one of these: leaders are to be looked for, and if there are none, to be waited for. */
  unknown(queues: readonly ProduceQueue[]): void
  failed(error: unknown): void
}

/**
 * What the open transaction covers. AddPartitionsToTxn comes before the first batch for a partition, always: brokers of
 * 2.8 take a batch without it, and the partition then hangs for read_committed readers. The first request of a
 * transaction also adds what the last one wrote, since this one probably will.
 */
export class TransactionScope implements DeliveryGate {
  readonly #transactions: Transactions
  readonly #events: TransactionScopeEvents
  #added = new Set<ProduceQueue>()
  #written = new Set<ProduceQueue>()
  #expected: readonly ProduceQueue[] = []
  #expectedGroup: string | undefined
  #adding: Promise<void> | undefined
  #open = false

  constructor(transactions: Transactions, events: TransactionScopeEvents) {
    this.#transactions = transactions
    this.#events = events
  }

  /** Something was sent that a commit makes visible. */
  get open(): boolean {
    return this.#open
  }

  /** A batch is queued. */
  write(queue: ProduceQueue): void {
    this.#open = true
    this.#written.add(queue)
  }

  /** Offsets of a group are about to be added. */
  async addGroup(groupId: string): Promise<void> {
    this.#open = true
    this.#expectedGroup = groupId
    await this.#transactions.addOffsets(groupId)
  }

  admits(queue: ProduceQueue): boolean {
    return this.#added.has(queue)
  }

  /** In the background, one request at a time. */
  apply(queues: readonly ProduceQueue[]): void {
    this.#adding ??= this.#add(queues).finally(() => {
      this.#adding = undefined
      this.#events.admitted()
    })
  }

  /** Waits until nothing is being added. */
  async settled(): Promise<void> {
    await this.#adding
  }

  /** @param committed whether the next transaction probably writes the same */
  end(committed: boolean): void {
    this.#expected = committed ? [...this.#written] : []
    this.#added = new Set()
    this.#written = new Set()
    this.#open = false
  }

  /** Never rejects. */
  async #add(queues: readonly ProduceQueue[]): Promise<void> {
    const first = this.#added.size === 0
    const partitions = first ? [...new Set([...queues, ...this.#expected])] : queues
    try {
      await this.#transactions.addPartitions(partitions)
      for (const queue of partitions) this.#added.add(queue)
      this.#events.admitted()
      if (first && this.#expectedGroup !== undefined) await this.#transactions.addOffsets(this.#expectedGroup)
    } catch (error) {
      if (kafkaErrorOf(error) !== kafkaError.UNKNOWN_TOPIC_OR_PARTITION) this.#events.failed(error)
      // Perhaps a topic that only the last transaction wrote to.
      else if (partitions.length > queues.length) this.#expected = []
      else this.#events.unknown(queues)
    }
  }
}
