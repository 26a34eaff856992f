import { setMaxListeners } from 'node:events'
import { abortable } from '../../core/abortable.ts'
import { StreamsError } from '../../core/errors.ts'
import type { TopicPartition } from '../../core/topic-partition.ts'
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
import type { EmbeddedCluster } from './cluster.ts'
import { EmbeddedFetcher } from './fetcher.ts'
import { EmbeddedMember } from './member.ts'
import { EmbeddedProducer } from './producer.ts'

/** A client of an `EmbeddedCluster`, with the life of its own that a client of a broker has. */
export class EmbeddedClient implements Client {
  readonly #cluster: EmbeddedCluster
  readonly #context: ClientContext
  readonly #closed = new AbortController()
  readonly #parts: (() => Promise<void> | void)[] = []

  constructor(cluster: EmbeddedCluster, context: ClientContext) {
    this.#cluster = cluster
    this.#context = context
    setMaxListeners(0, this.#closed.signal)
  }

  topics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    return this.#request(({ topics }) => {
      const described = names.flatMap((name) => topics.describe(name) ?? [])
      return new Map(described.map((topic) => [topic.name, topic]))
    })
  }

  listTopics(): Promise<ReadonlyMap<string, TopicDescription>> {
    return this.#request(({ topics }) => new Map(topics.describeAll().map((topic) => [topic.name, topic])))
  }

  createTopics(wanted: readonly NewTopic[]): Promise<void> {
    return this.#request(({ topics }) => {
      for (const topic of wanted) topics.create(topic)
    })
  }

  listOffsets(
    partitions: readonly TopicPartition[],
    at: 'earliest' | 'latest' | number,
    isolation: Isolation,
  ): Promise<readonly PartitionOffset[]> {
    return this.#request(({ topics }) =>
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
    return this.#request(({ groups }) => groups.stableOffsets(groupId, partitions))
  }

  deleteRecords(before: readonly PartitionOffset[]): Promise<void> {
    return this.#request(({ topics }) => {
      for (const { topic, partition, offset } of before) topics.log(topic, partition).deleteBefore(offset)
    })
  }

  fetcher(options: FetcherOptions): Fetcher {
    const fetcher = new EmbeddedFetcher(this.#cluster, this.#context.clock, options)
    return this.#closing(fetcher, () => fetcher.close())
  }

  producer(options: ProducerOptions): Producer {
    const producer = new EmbeddedProducer(this.#cluster, options)
    return this.#closing(producer, () => producer.close())
  }

  group(options: GroupOptions): GroupMember {
    const member = new EmbeddedMember(this.#cluster, this.#context.clock, options)
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

  #request<T>(run: (cluster: EmbeddedCluster, now: number) => T | Promise<T>): Promise<T> {
    return abortable(this.#cluster.request(run), this.#closed.signal)
  }

  #closing<T>(part: T, close: () => Promise<void> | void): T {
    this.#closed.signal.throwIfAborted()
    this.#parts.push(close)
    return part
  }
}
