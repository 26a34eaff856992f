import type { StreamsError } from '../core/errors.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { OffsetReset } from '../core/offset-reset.ts'
import type { Headers } from '../core/record.ts'
import type { Clock } from '../core/time/clock.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { Admin } from './admin.ts'

/**
 * The port through which Millrace speaks to Kafka. Two implementations pass one suite: `kafka/` (a broker) and
 * `embedded/` (a cluster inside the process). Offsets, ids and sizes are numbers (below 2^53).
 *
 * Errors are StreamsErrors; a call retries what the protocol calls retriable by itself, with backoff, until its own
 * time limit (`broker-unreachable`). `fenced` means that another member or producer took this one's place.
 */
export interface Client extends AsyncDisposable {
  /** Topics that do not exist are left out of the answer. */
  topics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>>
  /** Every topic of the cluster but those that brokers keep for themselves (`__consumer_offsets` ...). */
  listTopics(): Promise<ReadonlyMap<string, TopicDescription>>
  /** Creates the topics that do not exist yet; existing ones are left as they are. Resolves when all have leaders. */
  createTopics(topics: readonly NewTopic[]): Promise<void>
  /** `earliest`, `latest`, or the first offset whose timestamp is at least the number given (-1: none). */
  listOffsets(
    partitions: readonly TopicPartition[],
    at: 'earliest' | 'latest' | number,
    isolation: Isolation,
  ): Promise<readonly PartitionOffset[]>
  /** Waits until no transaction is pending on them (require-stable). Partitions without a commit are left out. */
  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<readonly CommittedOffset[]>
  /** Deletes the records below each offset. */
  deleteRecords(before: readonly PartitionOffset[]): Promise<void>
  /** Takes a member out of its group that is gone without having left. Tried once. */
  removeMember(groupId: string, memberId: string, reason: string): Promise<void>
  fetcher(options: FetcherOptions): Fetcher
  producer(options: ProducerOptions): Producer
  group(options: GroupOptions): GroupMember
  /** For operators' tools. */
  readonly admin: Admin
  close(): Promise<void>
}

export interface ClientContext {
  readonly clock: Clock
  readonly logger: Logger
  readonly hooks: Hooks
}

export type Isolation = 'read_uncommitted' | 'read_committed'

export interface TopicDescription {
  readonly name: string
  /** Unique over deletion and re-creation; the zero uuid on brokers without topic ids. */
  readonly id: string
  readonly partitions: number
}

export interface NewTopic {
  readonly name: string
  readonly partitions: number
  /** -1: the broker's default. */
  readonly replicationFactor: number
  readonly configs: Readonly<Record<string, string>>
}

export interface PartitionOffset extends TopicPartition {
  readonly offset: number
}

export interface CommittedOffset extends PartitionOffset {
  readonly metadata: string
}

export interface FetcherOptions {
  readonly isolation: Isolation
  /** Bytes asked for of one partition in one request. */
  readonly partitionBytes: number
  /** Bytes that may be fetched and not yet released before fetching pauses. */
  readonly bufferBytes: number
  /** How long the broker may hold a request back that finds nothing, ms. Default 100. */
  readonly maxWaitMs?: number
  /** What to do with a position that is not in the log; `none` ends poll with `offset-out-of-range`. */
  readonly offsetReset: OffsetReset
}

/** Fetches in the background what its partitions have next; data waits in memory until polled. */
export interface Fetcher {
  /**
   * Starts (or restarts) a partition at an offset.
   * @param offsetReset of this partition, in place of that of the options.
   */
  add(partition: TopicPartition, offset: number, offsetReset?: OffsetReset): void
  /** Stops a partition; its data still waiting is thrown away. */
  remove(partition: TopicPartition): void
  /** A paused partition is not fetched and its data is not handed out. */
  pause(partition: TopicPartition): void
  resume(partition: TopicPartition): void
  /** Data of one or more partitions, or nothing after `maxWaitMs`, or at once after `wake`. */
  poll(maxWaitMs: number): Promise<readonly Fetched[]>
  /** Makes a waiting poll return. */
  wake(): void
  close(): Promise<void>
}

/** A stretch of one partition's log: uncompressed, whole batches; with read_committed, no aborted ones. */
export interface Fetched extends TopicPartition {
  /** The position asked for: records below it are not part of the stretch. */
  readonly offset: number
  /** Position after it, control batches included. May move although there are no records. */
  readonly nextOffset: number
  readonly highWatermark: number
  /** Log end as seen by a read_committed reader; equals highWatermark for read_uncommitted. */
  readonly lastStableOffset: number
  readonly runs: readonly Uint8Array[]
  /** The bytes may be reused. */
  release(): void
}

export interface ProducerOptions {
  /** Absent: not transactional, idempotent all the same. */
  readonly transactionalId?: string
  readonly transactionTimeoutMs: number
}

export interface GroupMetadata {
  readonly groupId: string
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

/** Records of one batch that the broker does not take for what they are (too large, no key, a wrong time ...). */
export interface Refusal extends TopicPartition {
  readonly records: readonly RefusedRecord[]
  /** The broker may take them another time: it was tried until the delivery timeout (Java's RetriableException). */
  readonly retriable: boolean
  /** The broker has none of them. If that is not known, they cannot be left out: only an abort settles it. */
  readonly unwritten: boolean
}

export interface RefusedRecord {
  /** Its place in the batch as it was sent, from 0. */
  readonly index: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
  /** What the broker said of it. */
  readonly error: StreamsError
}

/** To return means: send the batch's other records, and what follows, without these. @throws the producer's failure. */
export type RefusalJudge = (refusal: Refusal) => void

/**
 * Sends encoded batches in order, several requests in flight. The first failure is remembered: `failure` is set, and
 * every later flush, commit or send throws it. Codes: `fenced`, `transaction-aborted` (abort, then begin anew), else fatal.
 * A batch that is too large for its topic is sent in halves.
 */
export interface Producer {
  /** Obtains the producer id; with a transactional id this fences the predecessor and ends its transaction. */
  init(): Promise<void>
  readonly producerId: number
  readonly producerEpoch: number
  /** Base sequence for a batch of `records` records, which must be the next one sent to the partition. 0 only asks for it. */
  reserve(topic: string, partition: number, records: number): number
  /** A buffer of `size` bytes to encode or copy a batch into; it is the producer's again once sent. */
  buffer(size: number): Uint8Array
  /**
   * Queues a batch. In a transactional producer the first one begins a transaction.
   * @param judge decides about records that the broker refuses; without it the producer fails. Errors that are not
   *   about records (fenced, not authorized, no such name ...) are not its business.
   */
  send(topic: string, partition: number, batch: Uint8Array, judge?: RefusalJudge): void
  /** Bytes queued or in flight. */
  readonly pendingBytes: number
  readonly failure: Error | undefined
  /** Waits until at most so many bytes are pending. */
  drain(pendingBytes: number): Promise<void>
  /** Waits until everything sent is acknowledged. */
  flush(): Promise<void>
  /** Offset after the last acknowledged record of a partition; undefined if none was sent since init. */
  acknowledged(topic: string, partition: number): number | undefined
  /**
   * Begins a transaction if none is open, and adds input offsets to it (TxnOffsetCommit v3+: fenced by generation).
   * A generation that is over (`isGenerationOver`) does not fail the producer: the same may be sent under the next one.
   */
  sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void>
  /** Flushes and commits; does nothing when no transaction is open. */
  commit(): Promise<void>
  /** Drops what is queued, aborts on the broker and is ready for the next transaction. */
  abort(): Promise<void>
  readonly inTransaction: boolean
  /** An open transaction is left to the broker's timeout or to the successor's init. */
  close(): Promise<void>
}

export interface MemberMetadata {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly metadata: Uint8Array
}

export interface GroupOptions {
  readonly groupId: string
  readonly protocolName: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly groupInstanceId?: string
  /** The group gave it an id, under which it joins. */
  identified?(memberId: string): void
  /** This member's subscription, asked for at each join. A ConsumerProtocolSubscription: brokers parse it. */
  metadata(): Uint8Array
  /** Asked of the leader. @returns member id to ConsumerProtocolAssignment. */
  assign(members: readonly MemberMetadata[]): Promise<ReadonlyMap<string, Uint8Array>>
}

/** A member's place in a new generation. */
export interface JoinedGroup {
  readonly assignment: Uint8Array
  readonly generationId: number
  /** Of the member, until now: more than at its last answer means that what it owned may have been others'. */
  readonly losses: number
}

/**
 * A member of a classic consumer group. Heartbeats run in the background; when one says that a rebalance is due,
 * `rejoin` turns true and the owner joins again after it has committed.
 */
export interface GroupMember {
  /** JoinGroup and SyncGroup, repeated as the protocol asks. What the member has may go on meanwhile. */
  join(signal?: AbortSignal): Promise<JoinedGroup>
  /** A rebalance is due, or membership was lost. */
  readonly rejoin: boolean
  /** The group has forgotten this member: what it owned may belong to others now. Reset by join. */
  readonly lost: boolean
  /** How often that has happened. */
  readonly losses: number
  /** Called once, as soon as `rejoin` or `lost` turns true. */
  onRejoin: (() => void) | undefined
  readonly group: GroupMetadata
  leave(reason: string): Promise<void>
  /** Stops heartbeats without leaving. */
  stop(): void
}
