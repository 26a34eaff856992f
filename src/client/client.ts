import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/time/clock.ts'
import type { TopicPartition } from '../core/topic-partition.ts'

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
  fetcher(options: FetcherOptions): Fetcher
  producer(options: ProducerOptions): Producer
  group(options: GroupOptions): GroupMember
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
  /** What to do with a position that is not in the log; `none` ends poll with `offset-out-of-range`. */
  readonly offsetReset: 'earliest' | 'latest' | 'none'
}

/** Fetches in the background what its partitions have next; data waits in memory until polled. */
export interface Fetcher {
  /** Starts (or restarts) a partition at an offset. */
  add(partition: TopicPartition, offset: number): void
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

/**
 * Sends encoded batches in order, several requests in flight. The first failure is remembered: `failure` is set, and
 * every later flush, commit or send throws it. Codes: `fenced`, `transaction-aborted` (abort, then begin anew), else fatal.
 */
export interface Producer {
  /** Obtains the producer id; with a transactional id this fences the predecessor and ends its transaction. */
  init(): Promise<void>
  readonly producerId: number
  readonly producerEpoch: number
  /** Base sequence for a batch of `records` records, which must be the next one sent to the partition. */
  reserve(topic: string, partition: number, records: number): number
  /** A buffer of `size` bytes to encode or copy a batch into; it is the producer's again once sent. */
  buffer(size: number): Uint8Array
  /** Queues a batch. In a transactional producer the first one begins a transaction. */
  send(topic: string, partition: number, batch: Uint8Array): void
  /** Bytes queued or in flight. */
  readonly pendingBytes: number
  readonly failure: Error | undefined
  /** Waits until at most so many bytes are pending. */
  drain(pendingBytes: number): Promise<void>
  /** Waits until everything sent is acknowledged. */
  flush(): Promise<void>
  /** Offset after the last acknowledged record of a partition; undefined if none was sent since init. */
  acknowledged(topic: string, partition: number): number | undefined
  /** Begins a transaction if none is open, and adds input offsets to it (TxnOffsetCommit v3+: fenced by generation). */
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
  /** This member's subscription, asked for at each join. A ConsumerProtocolSubscription: brokers parse it. */
  metadata(): Uint8Array
  /** Asked of the leader. @returns member id to ConsumerProtocolAssignment. */
  assign(members: readonly MemberMetadata[]): Promise<ReadonlyMap<string, Uint8Array>>
}

/**
 * A member of a classic consumer group. Heartbeats run in the background; when one says that a rebalance is due,
 * `rejoin` turns true and the owner joins again after it has committed.
 */
export interface GroupMember {
  /** JoinGroup and SyncGroup, repeated as the protocol asks. @returns this member's assignment. */
  join(signal?: AbortSignal): Promise<{ readonly assignment: Uint8Array; readonly generationId: number }>
  /** A rebalance is due, or membership was lost. */
  readonly rejoin: boolean
  /** The group has forgotten this member: what it owned may belong to others now. Reset by join. */
  readonly lost: boolean
  /** Called once, as soon as `rejoin` or `lost` turns true. */
  onRejoin: (() => void) | undefined
  readonly group: GroupMetadata
  leave(reason: string): Promise<void>
  /** Stops heartbeats without leaving. */
  stop(): void
}
