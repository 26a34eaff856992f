import type { Client, CommittedOffset, TopicDescription } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'

/** What the broker says about the tasks that are to be opened, asked for all of them together. */
export interface TaskFacts {
  readonly topics: ReadonlyMap<string, TopicDescription>
  /** By `<topic>-<partition>`. */
  readonly committed: ReadonlyMap<string, CommittedOffset>
  readonly earliest: ReadonlyMap<string, number>
  readonly latest: ReadonlyMap<string, number>
}

/**
 * The order matters: the committed offsets are stable, so every transaction before them has ended; the changelogs'
 * ends are taken after them and count records whose marker has not been written yet (KAFKA-10167).
 */
export async function gatherFacts(
  client: Client,
  groupId: string,
  inputs: readonly TopicPartition[],
  changelogs: readonly TopicPartition[],
  topics: readonly string[],
): Promise<TaskFacts> {
  const described = await client.topics([...new Set([...topics, ...changelogs.map(({ topic }) => topic)])])
  const missing = [...new Set(topics)].filter((topic) => !described.has(topic))
  if (missing.length > 0) throw new StreamsError('topic-missing', `no such topic: ${missing.join(', ')}`)
  const committed = await client.committedOffsets(groupId, inputs)
  const latest = await client.listOffsets([...changelogs, ...inputs], 'latest', 'read_uncommitted')
  const earliest = await client.listOffsets([...changelogs, ...inputs], 'earliest', 'read_uncommitted')
  const byName = <T extends TopicPartition, R>(
    list: readonly T[],
    value: (item: T) => R,
  ): ReadonlyMap<string, R> =>
    new Map(list.map((item) => [topicPartitionName(item.topic, item.partition), value(item)]))
  return {
    topics: described,
    committed: byName(committed, (item) => item),
    latest: byName(latest, ({ offset }) => offset),
    earliest: byName(earliest, ({ offset }) => offset),
  }
}
