import { setMaxListeners } from 'node:events'
import { abortable } from '../../core/abortable.ts'
import { StreamsError } from '../../core/errors.ts'
import type { TopicPartition } from '../../core/topic-partition.ts'
import type { Admin } from '../admin.ts'
import type {
  Client,
  ClientContext,
  CommittedOffset,
  Fetcher,
  FetcherOptions,
  GroupMember,
  GroupOptions,
  Isolation,
  NewTopic,
  PartitionOffset,
  Producer,
  ProducerOptions,
  TopicDescription,
} from '../client.ts'
import { embeddedAdmin } from './admin.ts'
import type { EmbeddedCluster } from './cluster.ts'
import { EmbeddedFetcher } from './fetcher.ts'
import type { Connection, LinkRequest } from './link.ts'
import { EmbeddedMember } from './member.ts'
import { EmbeddedProducer } from './producer.ts'
import { isRefused } from './refused.ts'

/** A client of an `EmbeddedCluster`, with the life of its own that a client of a broker has. */
export class EmbeddedClient implements Client {
  readonly #connection: Connection
  readonly #context: ClientContext
  readonly #closed = new AbortController()
  readonly admin: Admin = embeddedAdmin((api, run) => this.#request(api, run))
  readonly #parts: (() => Promise<void> | void)[] = []

  constructor(connection: Connection, context: ClientContext) {
    this.#connection = connection
    this.#context = context
    setMaxListeners(0, this.#closed.signal)
  }

  topics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    return this.#request('Metadata', ({ topics }) => {
      const described = names.flatMap((name) => topics.describe(name) ?? [])
      return new Map(described.map((topic) => [topic.name, topic]))
    })
  }

  listTopics(): Promise<ReadonlyMap<string, TopicDescription>> {
    return this.#request(
      'Metadata',
      ({ topics }) => new Map(topics.describeAll().map((topic) => [topic.name, topic])),
    )
  }

  createTopics(wanted: readonly NewTopic[]): Promise<void> {
    return this.#request('CreateTopics', ({ topics }) => {
      for (const topic of wanted) topics.create(topic)
    })
  }

  listOffsets(
    partitions: readonly TopicPartition[],
    at: 'earliest' | 'latest' | number,
    isolation: Isolation,
  ): Promise<readonly PartitionOffset[]> {
    return this.#request('ListOffsets', ({ topics }) =>
      partitions.map(({ topic, partition }) => {
        const log = topics.log(topic, partition)
        if (typeof at === 'number') return { topic, partition, offset: log.offsetAt(at, isolation) }
        return { topic, partition, offset: at === 'earliest' ? log.startOffset : log.endFor(isolation) }
      }),
    )
  }

  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<readonly CommittedOffset[]> {
    return this.#request('OffsetFetch', ({ groups }) => groups.stableOffsets(groupId, partitions))
  }

  deleteRecords(before: readonly PartitionOffset[]): Promise<void> {
    return this.#request('DeleteRecords', ({ topics }) => {
      for (const { topic, partition, offset } of before) topics.log(topic, partition).deleteBefore(offset)
    })
  }

  async removeMember(groupId: string, memberId: string, _reason: string): Promise<void> {
    const member = { groupId, memberId, generationId: -1, groupInstanceId: null }
    try {
      await this.#request('LeaveGroup', ({ groups }, now) => groups.leave(member, now))
    } catch (error) {
      if (!isRefused(error, 'UNKNOWN_MEMBER_ID')) throw error
    }
  }

  fetcher(options: FetcherOptions): Fetcher {
    const fetcher = new EmbeddedFetcher(this.#connection.cluster, this.#context.clock, options)
    return this.#closing(fetcher, () => fetcher.close())
  }

  producer(options: ProducerOptions): Producer {
    const producer = new EmbeddedProducer(this.#connection, options)
    return this.#closing(producer, () => producer.close())
  }

  group(options: GroupOptions): GroupMember {
    const member = new EmbeddedMember(this.#connection, this.#context.clock, options)
    return this.#closing(member, () => member.stop())
  }

  /** Ends what waits: polls with nothing, other calls with `lifecycle`. */
  async close(): Promise<void> {
    this.#closed.abort(new StreamsError('lifecycle', 'the client was closed'))
    await Promise.all(this.#parts.map((close) => close()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #request<T>(
    api: LinkRequest['api'],
    run: (cluster: EmbeddedCluster, now: number) => T | Promise<T>,
  ): Promise<T> {
    return abortable(this.#connection.request({ api }, run), this.#closed.signal)
  }

  #closing<T>(part: T, close: () => Promise<void> | void): T {
    this.#closed.signal.throwIfAborted()
    this.#parts.push(close)
    return part
  }
}
