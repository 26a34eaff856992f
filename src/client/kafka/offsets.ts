import { StreamsError } from '../../core/errors.ts'
import { type TopicPartition, topicPartitionName } from '../../core/topic-partition.ts'
import { listOffsets } from '../../protocol/api/list-offsets.ts'
import { type OffsetFetchResponse, offsetFetch } from '../../protocol/api/offset-fetch.ts'
import { kafkaError } from '../../protocol/error-codes.ts'
import { checkCode, kafkaErrorOf } from '../../protocol/kafka-error.ts'
import type { CommittedOffset, Isolation, PartitionOffset } from '../client.ts'
import { byTopic } from './by-topic.ts'
import type { Cluster } from './cluster.ts'
import { sendToLeaders } from './leaders.ts'

/** ListOffsets takes these in place of a timestamp. */
const positions = { latest: -1, earliest: -2 } as const

export const isolationLevels: Readonly<Record<Isolation, number>> = { read_uncommitted: 0, read_committed: 1 }

export async function offsetsAt(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  at: 'earliest' | 'latest' | number,
  isolation: Isolation,
): Promise<readonly PartitionOffset[]> {
  const timestamp = typeof at === 'number' ? at : positions[at]
  const answers = await sendToLeaders(cluster, partitions, async (connection, group) => {
    const response = await connection.send(listOffsets, {
      isolationLevel: isolationLevels[isolation],
      topics: byTopic(group, ({ partition }) => ({
        partitionIndex: partition,
        currentLeaderEpoch: -1,
        timestamp,
      })),
    })
    return response.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, errorCode, offset }) => ({
        topic: name,
        partition: partitionIndex,
        errorCode,
        offset,
      })),
    )
  })
  return inOrderOf(partitions, answers).map(({ topic, partition, offset }) => ({ topic, partition, offset }))
}

function inOrderOf<A extends TopicPartition>(
  partitions: readonly TopicPartition[],
  answers: readonly A[],
): A[] {
  const byName = new Map(
    answers.map((answer) => [topicPartitionName(answer.topic, answer.partition), answer]),
  )
  return partitions.map(({ topic, partition }) => byName.get(topicPartitionName(topic, partition))!)
}

/**
 * Waits while a transaction is pending on one of them.
 * @throws StreamsError `transaction-pending` if it still is at the call's limit; `protocol-error`
 */
export async function stableOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly CommittedOffset[]> {
  if (partitions.length === 0) return []
  const request = {
    groupId,
    topics: byTopic(partitions, ({ partition }) => partition).map(({ name, partitions }) => ({
      name,
      partitionIndexes: partitions,
    })),
    requireStable: true,
  }
  const response = await cluster
    .ask({
      type: 'group',
      key: groupId,
      connections: cluster.admin,
      api: offsetFetch,
      request: () => request,
      check: (answer) => checkOffsets(answer, groupId),
    })
    .catch((error: unknown) => {
      if (kafkaErrorOf(error) !== kafkaError.UNSTABLE_OFFSET_COMMIT) throw error
      throw stillPending(error as StreamsError, groupId, cluster.settings.apiTimeoutMs)
    })
  return committedIn(response)
}

/** Partitions without a commit are left out. */
export function committedIn({ topics }: OffsetFetchResponse): readonly CommittedOffset[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ committedOffset }) => committedOffset >= 0)
      .map(({ partitionIndex, committedOffset, metadata }) => ({
        topic: name,
        partition: partitionIndex,
        offset: committedOffset,
        metadata: metadata ?? '',
      })),
  )
}

function checkOffsets({ errorCode, topics }: OffsetFetchResponse, groupId: string): void {
  checkCode(errorCode, `OffsetFetch of group ${groupId}`)
  for (const { name, partitions } of topics)
    for (const { partitionIndex, errorCode } of partitions)
      checkCode(errorCode, `OffsetFetch of group ${groupId}, ${topicPartitionName(name, partitionIndex)}`)
}

/** Either its producer has a longer timeout than the call, or its marker is lost. */
function stillPending(cause: StreamsError, groupId: string, waitedMs: number): StreamsError {
  const { details } = cause
  return new StreamsError(
    'transaction-pending',
    `the committed offsets of group ${groupId} wait for the end of a transaction, for ${waitedMs} ms by now: ${cause.message}`,
    { cause, details },
  )
}
