import type { TopicPartition } from '../core/topic-partition.ts'
import { assignmentError, encodeAssignmentInfo, type HostPartitions } from '../protocol/assignment-info.ts'
import { type ConsumerProtocolPartitions, encodeAssignment } from '../protocol/consumer-protocol.ts'
import { streamsProtocolVersion } from '../protocol/subscription-info.ts'
import type { MemberAssignment } from './cooperative.ts'
import type { Task } from './group-model.ts'

/** What reads which partitions. */
export type InputsOf = (task: Task) => readonly TopicPartition[]

/** What all members are told. */
export interface GroupHosts {
  readonly active: readonly HostPartitions[]
  readonly standby: readonly HostPartitions[]
}

/** @param nextRebalanceMs ms since the epoch; Infinity: never. */
export function encodeMemberAssignment(
  { active, standby }: Pick<MemberAssignment, 'active' | 'standby'>,
  inputsOf: InputsOf,
  hosts: GroupHosts,
  nextRebalanceMs: number,
): Uint8Array {
  const inputs = active
    .flatMap((task) => inputsOf(task).map(({ topic, partition }) => ({ topic, partition, task })))
    .sort(comparePartitions)
  return encodeAssignment({
    assignedPartitions: byTopic(inputs),
    userData: encodeAssignmentInfo({
      version: streamsProtocolVersion,
      commonlySupportedVersion: streamsProtocolVersion,
      activeTasks: inputs.map(({ task }) => task.id),
      standbyTasks: standby.map((task) => ({ taskId: task.id, partitions: inputsOf(task) })),
      partitionsByHost: hosts.active,
      standbyPartitionsByHost: hosts.standby,
      errorCode: assignmentError.none,
      nextRebalanceMs,
    }),
  })
}

/** @param errorCode of `assignmentError`. */
export function encodeFailedAssignment(errorCode: number): Uint8Array {
  return encodeAssignment({
    assignedPartitions: [],
    userData: encodeAssignmentInfo({
      version: streamsProtocolVersion,
      commonlySupportedVersion: streamsProtocolVersion,
      activeTasks: [],
      standbyTasks: [],
      partitionsByHost: [],
      standbyPartitionsByHost: [],
      errorCode,
      nextRebalanceMs: Number.POSITIVE_INFINITY,
    }),
  })
}

/** Java's PARTITION_COMPARATOR: members rely on this order to tell which task a partition belongs to. */
export function comparePartitions(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}

export function byTopic(partitions: readonly TopicPartition[]): readonly ConsumerProtocolPartitions[] {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const others = topics.get(topic)
    if (others) others.push(partition)
    else topics.set(topic, [partition])
  }
  return [...topics].map(([topic, list]) => ({ topic, partitions: list }))
}
