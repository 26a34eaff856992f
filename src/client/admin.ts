import type { TopicPartition } from '../core/topic-partition.ts'
import type { CommittedOffset } from './client.ts'

/**
 * What operators ask of a cluster and a running application does not: groups, their offsets, deletion. Errors are those
 * of `Client`.
 */
export interface Admin {
  /** Every group of the cluster, share groups and others included. */
  listGroups(): Promise<readonly GroupListing[]>
  /** A classic group; one that does not exist is `Dead` and has no members, and so is one of another type. */
  describeGroup(groupId: string): Promise<GroupDescription>
  /** All that the group has committed, as it is now: a transaction still open is not waited for. */
  groupOffsets(groupId: string): Promise<readonly CommittedOffset[]>
  /** Commits offsets for a group that has no members; makes the group if there is none. */
  alterGroupOffsets(groupId: string, offsets: readonly CommittedOffset[]): Promise<void>
  /** Forgets committed offsets. A partition that has none is none the worse. */
  deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<void>
  /** Deletes topics with all records; those that do not exist are left out. */
  deleteTopics(names: readonly string[]): Promise<void>
  /** The configs of each topic that exists, by name. */
  topicConfigs(names: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>
}

/** As brokers call them: `Stable`, `Empty`, `PreparingRebalance` ...; `Dead`: there is no such group. */
export type GroupState = string

export interface GroupListing {
  readonly groupId: string
  readonly state: GroupState
  /** `classic`, `consumer`, `share`, `streams`; older brokers know only `classic`. */
  readonly type: string
}

export interface GroupDescription {
  readonly groupId: string
  readonly state: GroupState
  /** What its leader divides by; empty without members. */
  readonly protocol: string
  readonly members: readonly GroupMemberDescription[]
}

export interface GroupMemberDescription {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** ConsumerProtocolSubscription and ConsumerProtocolAssignment; empty while the group rebalances. */
  readonly metadata: Uint8Array
  readonly assignment: Uint8Array
}
