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
  /** @throws StreamsError `topic-missing` */
  partitionsOf(topic: string): number
}

/** What is to be known of a task. Partitions that a topic does not have are passed over. */
export interface WantedFacts {
  readonly inputs: readonly TopicPartition[]
  readonly changelogs: readonly TopicPartition[]
  /** Topics written to. */
  readonly sinks: readonly string[]
  /** Records name topics themselves: whatever there is may be written to. */
  readonly anyTopic: boolean
}

/**
 * The order matters: the committed offsets are stable, so every transaction before them has ended; the changelogs'
 * ends are taken after them and count records whose marker has not been written yet (KAFKA-10167).
 *
 * @throws StreamsError `topic-missing` naming inputs and sinks that do not exist.
 */
export async function gatherFacts(
  client: Client,
  groupId: string,
  wanted: readonly WantedFacts[],
): Promise<TaskFacts> {
  const changelogs = wanted.flatMap((task) => task.changelogs)
  const needed = unique(
    wanted.flatMap(({ inputs, sinks }) => [...inputs.map(({ topic }) => topic), ...sinks]),
  )
  const topics = wanted.some(({ anyTopic }) => anyTopic)
    ? await client.listTopics()
    : await client.topics(unique([...needed, ...changelogs.map(({ topic }) => topic)]))
  const partitionsOf = (topic: string): number => {
    const found = topics.get(topic)
    if (found) return found.partitions
    throw new StreamsError('topic-missing', `no such topic: ${topic}`)
  }
  const missing = needed.filter((topic) => !topics.has(topic))
  if (missing.length > 0) throw new StreamsError('topic-missing', `no such topic: ${missing.join(', ')}`)
  const inputs = wanted
    .flatMap((task) => task.inputs)
    .filter(({ topic, partition }) => partition < partitionsOf(topic))
  const committed = await client.committedOffsets(groupId, inputs)
  const all = [...new Map([...changelogs, ...inputs].map((one) => [nameOf(one), one])).values()]
  const latest = await client.listOffsets(all, 'latest', 'read_uncommitted')
  const earliest = await client.listOffsets(all, 'earliest', 'read_uncommitted')
  return {
    topics,
    partitionsOf,
    committed: new Map(committed.map((one) => [nameOf(one), one])),
    latest: new Map(latest.map((one) => [nameOf(one), one.offset])),
    earliest: new Map(earliest.map((one) => [nameOf(one), one.offset])),
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return topicPartitionName(topic, partition)
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
