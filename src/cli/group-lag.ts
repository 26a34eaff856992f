import type { GroupDescription, GroupMemberDescription } from '../client/admin.ts'
import type { Client } from '../client/client.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { decodeAssignment } from '../protocol/consumer-protocol.ts'
import { byName, endsOf } from './read-topic.ts'

/** How far a group is behind in one partition. */
export interface PartitionLag extends TopicPartition {
  /** undefined: nothing was committed yet. */
  readonly committed: number | undefined
  readonly end: number
  /** Offsets up to the end, transaction markers included; from the start of the log if nothing was committed. */
  readonly lag: number
  /** Who has it now. */
  readonly member: string | undefined
}

export interface GroupLag {
  readonly group: GroupDescription
  /** By topic and partition. */
  readonly partitions: readonly PartitionLag[]
}

/** Partitions that the group has committed, and those that its members have. */
export async function groupLag(client: Client, groupId: string): Promise<GroupLag> {
  const [group, committed] = await Promise.all([
    client.admin.describeGroup(groupId),
    client.admin.groupOffsets(groupId),
  ])
  const owners = new Map(group.members.flatMap((member) => assignedTo(member)))
  const all = byName<TopicPartition>([
    ...committed,
    ...[...owners.values()].map(({ partition }) => partition),
  ])
  const existing = await client.topics([...new Set([...all.values()].map(({ topic }) => topic))])
  const asked = [...all.values()]
    .filter(({ topic, partition }) => partition < (existing.get(topic)?.partitions ?? 0))
    .map(({ topic, partition }) => ({ topic, partition }))
  const offsets = byName(committed)
  const partitions = (await endsOf(client, asked, 'read_uncommitted')).map((range): PartitionLag => {
    const { topic, partition, start, end } = range
    const name = topicPartitionName(topic, partition)
    const at = offsets.get(name)?.offset
    const lag = Math.max(0, end - (at ?? start))
    return { topic, partition, committed: at, end, lag, member: owners.get(name)?.member }
  })
  return { group, partitions: partitions.toSorted(inOrder) }
}

interface Owned {
  readonly partition: TopicPartition
  readonly member: string
}

function assignedTo({ memberId, assignment }: GroupMemberDescription): readonly (readonly [string, Owned])[] {
  if (assignment.length === 0) return []
  return decodeAssignment(assignment).assignedPartitions.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => {
      const owned = { partition: { topic, partition }, member: memberId }
      return [topicPartitionName(topic, partition), owned] as const
    }),
  )
}

function inOrder(a: TopicPartition, b: TopicPartition): number {
  if (a.topic === b.topic) return a.partition - b.partition
  return a.topic < b.topic ? -1 : 1
}

export function totalLag({ partitions }: GroupLag): number {
  return partitions.reduce((sum, { lag }) => sum + lag, 0)
}
