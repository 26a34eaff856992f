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
import { kafkaAdmin } from './admin.ts'
import { Cluster } from './cluster.ts'
import { lazyDecompress } from './compression-packages.ts'
import { KafkaFetcher } from './fetcher.ts'
import { KafkaGroupMember } from './group-member.ts'
import { leaveGroupAs } from './leave-group.ts'
import { offsetsAt, stableOffsets } from './offsets.ts'
import { type KafkaOptions, kafkaSettings } from './options.ts'
import { KafkaProducer } from './producer.ts'
import { createMissingTopics, deleteRecordsBefore, describeTopics, listTopics } from './topics.ts'

/** Connects when first used. @throws StreamsError `options-invalid` */
export function createKafkaClient(options: KafkaOptions, context: ClientContext): Client {
  return new KafkaClient(new Cluster(kafkaSettings(options), context))
}

class KafkaClient implements Client {
  readonly #cluster: Cluster
  readonly #decompress = lazyDecompress()
  readonly admin: Admin

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.admin = kafkaAdmin(cluster)
  }

  topics(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription>> {
    return describeTopics(this.#cluster, names)
  }

  listTopics(): Promise<ReadonlyMap<string, TopicDescription>> {
    return listTopics(this.#cluster)
  }

  createTopics(topics: readonly NewTopic[]): Promise<void> {
    return createMissingTopics(this.#cluster, topics)
  }

  listOffsets(
    partitions: readonly TopicPartition[],
    at: 'earliest' | 'latest' | number,
    isolation: Isolation,
  ): Promise<readonly PartitionOffset[]> {
    return offsetsAt(this.#cluster, partitions, at, isolation)
  }

  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<readonly CommittedOffset[]> {
    return stableOffsets(this.#cluster, groupId, partitions)
  }

  deleteRecords(before: readonly PartitionOffset[]): Promise<void> {
    return deleteRecordsBefore(this.#cluster, before)
  }

  removeMember(groupId: string, memberId: string, reason: string): Promise<void> {
    return leaveGroupAs(this.#cluster, { groupId, memberId, groupInstanceId: null, reason })
  }

  fetcher(options: FetcherOptions): Fetcher {
    return new KafkaFetcher(this.#cluster, options, this.#decompress)
  }

  producer(options: ProducerOptions): Producer {
    return new KafkaProducer(this.#cluster, options)
  }

  group(options: GroupOptions): GroupMember {
    return new KafkaGroupMember(this.#cluster, options)
  }

  close(): Promise<void> {
    return this.#cluster.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
