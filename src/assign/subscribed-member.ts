import type { MemberMetadata } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { taskName } from '../core/task-id.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { decodeSubscription } from '../protocol/consumer-protocol.ts'
import { decodeSubscriptionInfo, type SubscriptionInfo } from '../protocol/subscription-info.ts'
import type { GroupMember } from './group-model.ts'

/** What a member said when it joined. */
export interface SubscribedMember {
  readonly memberId: string
  readonly info: SubscriptionInfo
  /** Inputs of its active tasks. */
  readonly ownedPartitions: readonly TopicPartition[]
}

/** @throws StreamsError `member-unsupported` for what is no Kafka Streams member, or an old one; `protocol-malformed` */
export function decodeMember({ memberId, metadata }: MemberMetadata): SubscribedMember {
  const { userData, ownedPartitions } = decodeSubscription(metadata)
  if (!userData)
    throw new StreamsError(
      'member-unsupported',
      `member ${memberId} is not a Kafka Streams member: it sent no SubscriptionInfo`,
    )
  return {
    memberId,
    info: decodeSubscriptionInfo(userData),
    ownedPartitions: ownedPartitions.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    ),
  }
}

/** @param taskOf the task that reads a partition, by the partition's name. */
export function groupMember(
  { memberId, info, ownedPartitions }: SubscribedMember,
  taskOf: ReadonlyMap<string, string>,
): GroupMember {
  const owned = ownedPartitions.map(({ topic, partition }) =>
    taskOf.get(topicPartitionName(topic, partition)),
  )
  return {
    memberId,
    processId: info.processId,
    clientTags: info.clientTags,
    offsetSums: new Map(info.taskOffsetSums.map(({ taskId, offsetSum }) => [taskName(taskId), offsetSum])),
    owned: new Set(owned.filter((name) => name !== undefined)),
  }
}
