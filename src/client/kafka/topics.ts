import type { StreamsError } from '../../core/errors.ts'
import { type CreatableTopicResult, createTopics } from '../../protocol/api/create-topics.ts'
import { deleteRecords } from '../../protocol/api/delete-records.ts'
import type { MetadataTopic } from '../../protocol/api/metadata.ts'
import { kafkaError, protocolError } from '../../protocol/error-codes.ts'
import { checkCode } from '../../protocol/kafka-error.ts'
import type { NewTopic, PartitionOffset, TopicDescription } from '../client.ts'
import { byTopic } from './by-topic.ts'
import type { Cluster } from './cluster.ts'
import { sendToLeaders } from './leaders.ts'

export async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
): Promise<ReadonlyMap<string, TopicDescription>> {
  const topics = await cluster.retry.run(async () => {
    const found = existing(await cluster.describe(names))
    for (const { name, errorCode } of found) checkCode(errorCode, `Metadata of ${name}`)
    return found
  })
  return descriptions(topics)
}

/** A topic that the broker cannot describe at the moment is left out: one must not hide all others. */
export async function listTopics(cluster: Cluster): Promise<ReadonlyMap<string, TopicDescription>> {
  const topics = await cluster.retry.run(() => cluster.describeAll())
  return descriptions(
    topics.filter(({ errorCode, isInternal }) => errorCode === kafkaError.NONE && !isInternal),
  )
}

function descriptions(topics: readonly MetadataTopic[]): ReadonlyMap<string, TopicDescription> {
  return new Map(
    topics.map(({ name, topicId, partitions }) => [
      name!,
      { name: name!, id: topicId, partitions: partitions.length },
    ]),
  )
}

function existing(topics: readonly MetadataTopic[]): readonly MetadataTopic[] {
  return topics.filter(({ errorCode }) => errorCode !== kafkaError.UNKNOWN_TOPIC_OR_PARTITION)
}

/**
 * Asks again as a whole until all are there: with ZooKeeper a topic that is being deleted "exists", and is gone a moment
 * later.
 */
export async function createMissingTopics(cluster: Cluster, topics: readonly NewTopic[]): Promise<void> {
  if (topics.length === 0) return
  await cluster.retry.run(async () => {
    await askToCreate(cluster, topics)
    await checkLeaders(cluster, topics)
  })
}

async function askToCreate(cluster: Cluster, topics: readonly NewTopic[]): Promise<void> {
  const connection = await cluster.controller()
  const response = await connection.send(createTopics, {
    topics: topics.map(({ name, partitions, replicationFactor, configs }) => ({
      name,
      numPartitions: partitions,
      replicationFactor,
      configs: Object.entries(configs).map(([config, value]) => ({ name: config, value })),
    })),
    timeoutMs: cluster.settings.requestTimeoutMs,
    validateOnly: false,
  })
  const refused = response.topics.filter(({ errorCode }) => !isThere(errorCode))
  if (refused.some(({ errorCode }) => errorCode === kafkaError.NOT_CONTROLLER)) await cluster.describe([])
  if (refused.length > 0) throw creationError(refused)
}

function isThere(errorCode: number): boolean {
  return errorCode === kafkaError.NONE || errorCode === kafkaError.TOPIC_ALREADY_EXISTS
}

function creationError(refused: readonly CreatableTopicResult[]): StreamsError {
  const { name, errorCode, errorMessage } = refused[0]!
  const why = errorMessage === null ? '' : ` (${errorMessage})`
  return protocolError(errorCode, `CreateTopics of ${name}${why}`, { topic: name })
}

/** A topic just created has no leaders for a moment, and brokers may not know of it yet. */
async function checkLeaders(cluster: Cluster, topics: readonly NewTopic[]): Promise<void> {
  for (const { name, errorCode, partitions } of await cluster.describe(topics.map((topic) => topic.name))) {
    checkCode(errorCode, `Metadata of ${name}`)
    for (const { partitionIndex, leaderId } of partitions)
      if (leaderId < 0) throw protocolError(kafkaError.LEADER_NOT_AVAILABLE, `${name}-${partitionIndex}`)
  }
}

export async function deleteRecordsBefore(
  cluster: Cluster,
  before: readonly PartitionOffset[],
): Promise<void> {
  await sendToLeaders(cluster, before, async (connection, group) => {
    const response = await connection.send(deleteRecords, {
      topics: byTopic(group, ({ partition, offset }) => ({ partitionIndex: partition, offset })),
      timeoutMs: cluster.settings.requestTimeoutMs,
    })
    return response.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, errorCode }) => ({
        topic: name,
        partition: partitionIndex,
        errorCode,
      })),
    )
  })
}
