import { topicPartitionName } from '../../core/topic-partition.ts'
import type { NewTopic, TopicDescription } from '../client.ts'
import { PartitionLog, type PartitionLogOptions } from './partition-log.ts'
import { refused } from './refused.ts'

interface Topic {
  readonly description: TopicDescription
  readonly logs: readonly PartitionLog[]
  readonly configs: NewTopic['configs']
}

/** Of brokers, if their message.max.bytes is not set: a mebibyte of records, and their log overhead. */
const usualMaxBatchBytes = 2 ** 20 + 12
const legalName = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/

/** The topics of the cluster and their logs. */
export class Topics {
  readonly #clusterId: string
  readonly #retentionBytes: number
  readonly #topics = new Map<string, Topic>()
  #created = 0

  /**
   * @param clusterId a uuid; topic ids are made from it.
   * @param retentionBytes bound of each partition; a topic's `retention.bytes` goes before it, and a topic that is
   *   compacted and not deleted has none.
   */
  constructor(clusterId: string, retentionBytes: number) {
    this.#clusterId = clusterId
    this.#retentionBytes = retentionBytes
  }

  describe(name: string): TopicDescription | undefined {
    return this.#topics.get(name)?.description
  }

  describeAll(): readonly TopicDescription[] {
    return [...this.#topics.values()].map(({ description }) => description)
  }

  /** Leaves an existing topic as it is. `partitions: -1` makes one. */
  create({ name, partitions, configs }: NewTopic): void {
    if (this.#topics.has(name)) return
    if (!legalName.test(name)) throw refused('INVALID_TOPIC_EXCEPTION', `${name} is no topic name`)
    const count = partitions === -1 ? 1 : partitions
    if (!Number.isSafeInteger(count) || count < 1)
      throw refused('INVALID_PARTITIONS', `topic ${name} with ${partitions} partitions`)
    const options = this.#logOptions(configs)
    this.#topics.set(name, {
      configs,
      description: { name, id: this.#topicId(), partitions: count },
      logs: Array.from(
        { length: count },
        (_, partition) => new PartitionLog(topicPartitionName(name, partition), options),
      ),
    })
  }

  delete(name: string): void {
    this.#topics.delete(name)
  }

  /** As they were given. */
  configs(name: string): NewTopic['configs'] | undefined {
    return this.#topics.get(name)?.configs
  }

  /** @throws StreamsError UNKNOWN_TOPIC_OR_PARTITION. */
  log(topic: string, partition: number): PartitionLog {
    const log = this.#topics.get(topic)?.logs[partition]
    if (log) return log
    throw refused(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `there is no partition ${topicPartitionName(topic, partition)}`,
    )
  }

  /** The cluster's uuid with the topic's number in its last group. */
  #topicId(): string {
    const number = (++this.#created).toString(16).padStart(12, '0')
    return `${this.#clusterId.slice(0, -12)}${number}`
  }

  #logOptions(configs: NewTopic['configs']): PartitionLogOptions {
    const policies = (configs['cleanup.policy'] ?? 'delete').split(',')
    const retentionBytes = Number(configs['retention.bytes'] ?? this.#retentionBytes)
    return {
      retentionBytes:
        policies.includes('delete') && retentionBytes >= 0 ? retentionBytes : Number.POSITIVE_INFINITY,
      maxBatchBytes: Number(configs['max.message.bytes'] ?? usualMaxBatchBytes),
      compacted: policies.includes('compact'),
    }
  }
}
