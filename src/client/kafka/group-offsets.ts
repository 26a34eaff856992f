import { type TopicPartition, topicPartitionName } from '../../core/topic-partition.ts'
import { offsetCommit } from '../../protocol/api/offset-commit.ts'
import { offsetDelete } from '../../protocol/api/offset-delete.ts'
import { offsetFetch } from '../../protocol/api/offset-fetch.ts'
import { checkCode } from '../../protocol/kafka-error.ts'
import type { CommittedOffset } from '../client.ts'
import { byTopic } from './by-topic.ts'
import type { Cluster } from './cluster.ts'
import { committedIn } from './offsets.ts'

export async function allGroupOffsets(
  cluster: Cluster,
  groupId: string,
): Promise<readonly CommittedOffset[]> {
  const response = await cluster.ask({
    type: 'group',
    key: groupId,
    connections: cluster.admin,
    api: offsetFetch,
    request: () => ({ groupId, topics: null, requireStable: false }),
    check: ({ errorCode }) => checkCode(errorCode, `OffsetFetch of group ${groupId}`),
  })
  return committedIn(response)
}

/** As Java's consumer does that has offsets and no group membership: nobody's member, of no generation. */
export async function commitOffsetsFor(
  cluster: Cluster,
  groupId: string,
  offsets: readonly CommittedOffset[],
): Promise<void> {
  if (offsets.length === 0) return
  const where = `OffsetCommit of group ${groupId}`
  await cluster.ask({
    type: 'group',
    key: groupId,
    connections: cluster.admin,
    api: offsetCommit,
    request: () => ({
      groupId,
      generationId: -1,
      memberId: '',
      groupInstanceId: null,
      topics: byTopic(offsets, ({ partition, offset, metadata }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedMetadata: metadata,
      })),
    }),
    check: ({ topics }) => checkPartitions(topics, where),
  })
}

export async function deleteOffsetsOf(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<void> {
  if (partitions.length === 0) return
  const where = `OffsetDelete of group ${groupId}`
  await cluster.ask({
    type: 'group',
    key: groupId,
    connections: cluster.admin,
    api: offsetDelete,
    request: () => ({
      groupId,
      topics: byTopic(partitions, ({ partition }) => ({ partitionIndex: partition })),
    }),
    check({ errorCode, topics }) {
      checkCode(errorCode, where)
      checkPartitions(topics, where)
    },
  })
}

function checkPartitions(
  topics: readonly {
    readonly name: string
    readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[]
  }[],
  where: string,
): void {
  for (const { name, partitions } of topics)
    for (const { partitionIndex, errorCode } of partitions)
      checkCode(errorCode, `${where}, ${topicPartitionName(name, partitionIndex)}`)
}
