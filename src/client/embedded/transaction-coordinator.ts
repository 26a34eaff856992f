import { type TopicPartition, topicPartitionName } from '../../core/topic-partition.ts'
import { refused } from './refused.ts'

export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

export interface TransactionalIdentity extends ProducerIdentity {
  readonly transactionalId: string
}

/** What the end of a transaction is told to. */
export interface TransactionMarkers {
  endInPartition(partition: TopicPartition, producer: ProducerIdentity, committed: boolean): void
  endInGroup(groupId: string, producer: ProducerIdentity, committed: boolean): void
}

interface TransactionalState {
  readonly transactionalId: string
  producerId: number
  producerEpoch: number
  timeoutMs: number
  open: OpenTransaction | undefined
  /** How the last transaction of this epoch ended: an EndTxn whose answer was lost comes again. */
  ended: 'committed' | 'aborted' | undefined
  /** Markers of the last transaction that are not written yet. */
  unwritten: number
}

interface OpenTransaction {
  readonly deadline: number
  readonly partitions: Map<string, TopicPartition>
  readonly groups: Set<string>
}

/** One epoch stays free for fencing; then a new producer id is due. */
const lastEpoch = 0x7fff - 1

/**
 * Hands out producer ids and runs transactions: begun by their first partition or group, ended by the producer, by
 * its successor, or by time. Time comes with each call.
 */
export class TransactionCoordinator {
  readonly #markers: TransactionMarkers
  readonly #writeMarker: (write: () => void) => void
  readonly #states = new Map<string, TransactionalState>()
  #nextProducerId = 0

  /** @param writeMarker may be late; until all are written the producer is refused with CONCURRENT_TRANSACTIONS. */
  constructor(markers: TransactionMarkers, writeMarker: (write: () => void) => void = (write) => write()) {
    this.#markers = markers
    this.#writeMarker = writeMarker
  }

  /**
   * A new id, or for a known transactional id the next epoch, after the predecessor's transaction is aborted.
   * @param current the producer that asks for its own next epoch (KIP-360). @throws StreamsError `fenced` if it was replaced.
   */
  initProducer(
    transactionalId: string | undefined,
    timeoutMs: number,
    current?: TransactionalIdentity,
  ): ProducerIdentity {
    if (transactionalId === undefined) return { producerId: this.#nextProducerId++, producerEpoch: 0 }
    if (current) this.#current(current)
    const state = this.#states.get(transactionalId) ?? this.#create(transactionalId)
    checkSettled(state)
    state.timeoutMs = timeoutMs
    this.#fence(state)
    checkSettled(state)
    if (state.producerEpoch > lastEpoch) {
      state.producerId = this.#nextProducerId++
      state.producerEpoch = 0
    }
    return { producerId: state.producerId, producerEpoch: state.producerEpoch }
  }

  /** Adds a partition, beginning a transaction if none is open. @throws StreamsError `fenced`. */
  addPartition(producer: TransactionalIdentity, partition: TopicPartition, now: number): void {
    const name = topicPartitionName(partition.topic, partition.partition)
    this.#begun(producer, now).partitions.set(name, partition)
  }

  /** Adds a group's offsets, beginning a transaction if none is open. @throws StreamsError `fenced`. */
  addGroup(producer: TransactionalIdentity, groupId: string, now: number): void {
    this.#begun(producer, now).groups.add(groupId)
  }

  /** @throws StreamsError `fenced`; INVALID_TXN_STATE if its transaction does not cover the partition. */
  checkPartition(producer: TransactionalIdentity, { topic, partition }: TopicPartition): void {
    const name = topicPartitionName(topic, partition)
    this.#check(producer, name, ({ partitions }) => partitions.has(name))
  }

  /** @throws StreamsError `fenced`; INVALID_TXN_STATE if its transaction does not cover the group. */
  checkGroup(producer: TransactionalIdentity, groupId: string): void {
    this.#check(producer, `group ${groupId}`, ({ groups }) => groups.has(groupId))
  }

  /** Commits or aborts. @throws StreamsError `fenced`; INVALID_TXN_STATE when there is nothing to commit. */
  end(producer: TransactionalIdentity, committed: boolean): void {
    const state = this.#current(producer)
    checkSettled(state)
    if (state.open) this.#end(state, state.open, committed)
    else if (committed && state.ended !== 'committed')
      throw refused(
        'INVALID_TXN_STATE',
        `${producer.transactionalId} commits a transaction that it did not begin`,
      )
  }

  /** What the producer has in open transactions will be committed, whatever happens now (DescribeTransactions: PrepareCommit). */
  isCommitting(producerId: number): boolean {
    for (const state of this.#states.values())
      if (state.producerId === producerId) return state.unwritten > 0 && state.ended === 'committed'
    return false
  }

  /** Aborts the transactions whose time is over; their producers are fenced. */
  expire(now: number): void {
    for (const state of this.#states.values())
      if (state.open && state.open.deadline <= now) this.#fence(state)
  }

  /** When `expire` has something to do, Infinity for never. */
  nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { open } of this.#states.values()) if (open) next = Math.min(next, open.deadline)
    return next
  }

  #create(transactionalId: string): TransactionalState {
    const producerId = this.#nextProducerId++
    const state: TransactionalState = {
      transactionalId,
      producerId,
      producerEpoch: -1,
      timeoutMs: 0,
      open: undefined,
      ended: undefined,
      unwritten: 0,
    }
    this.#states.set(transactionalId, state)
    return state
  }

  /** The abort marker carries the new epoch, so that the partitions refuse the old one too. */
  #fence(state: TransactionalState): void {
    state.producerEpoch++
    if (state.open) this.#end(state, state.open, false)
    state.ended = undefined
  }

  #current(producer: TransactionalIdentity): TransactionalState {
    const state = this.#states.get(producer.transactionalId)
    if (state?.producerId === producer.producerId && state.producerEpoch === producer.producerEpoch)
      return state
    throw refused(
      'PRODUCER_FENCED',
      `${producer.transactionalId}: producer ${producer.producerId} epoch ${producer.producerEpoch} was replaced by ` +
        `${state?.producerId} epoch ${state?.producerEpoch}, or its transaction timed out`,
    )
  }

  #check(
    producer: TransactionalIdentity,
    what: string,
    covers: (transaction: OpenTransaction) => boolean,
  ): void {
    const { open } = this.#current(producer)
    if (open && covers(open)) return
    throw refused(
      'INVALID_TXN_STATE',
      `the transaction of ${producer.transactionalId} does not cover ${what}`,
    )
  }

  #begun(producer: TransactionalIdentity, now: number): OpenTransaction {
    const state = this.#current(producer)
    checkSettled(state)
    state.ended = undefined
    state.open ??= { deadline: now + state.timeoutMs, partitions: new Map(), groups: new Set() }
    return state.open
  }

  #end(state: TransactionalState, { partitions, groups }: OpenTransaction, committed: boolean): void {
    state.open = undefined
    state.ended = committed ? 'committed' : 'aborted'
    const { producerId, producerEpoch } = state
    const producer = { producerId, producerEpoch }
    const write = (marker: () => void): void => {
      state.unwritten++
      this.#writeMarker(() => {
        marker()
        state.unwritten--
      })
    }
    for (const partition of partitions.values())
      write(() => this.#markers.endInPartition(partition, producer, committed))
    for (const groupId of groups) write(() => this.#markers.endInGroup(groupId, producer, committed))
  }
}

function checkSettled({ transactionalId, unwritten }: TransactionalState): void {
  if (unwritten > 0)
    throw refused('CONCURRENT_TRANSACTIONS', `the last transaction of ${transactionalId} is being ended`)
}
