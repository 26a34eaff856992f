import type { GroupAssignment } from '../assign/streams-assignor.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { readsTopic } from '../plan/topic-pattern.ts'
import type { HostPartitions } from '../protocol/assignment-info.ts'
import type { HostInfo } from './remote-owner.ts'

/** Who has a partition of a store, as the last rebalance said; instances without applicationServer are unknown. */
export interface PartitionOwners {
  readonly active: HostInfo | undefined
  readonly standbys: readonly HostInfo[]
}

export function partitionOwners(
  assignment: GroupAssignment,
  { sources }: Subtopology,
  applicationId: string,
  partition: number,
): PartitionOwners {
  const has = ({ partitions }: HostPartitions): boolean =>
    partitions.some(
      (input) =>
        input.partition === partition &&
        sources.some((source) => readsTopic(source, applicationId, input.topic)),
    )
  return {
    active: assignment.owners.find(has),
    standbys: assignment.standbyOwners.filter(has),
  }
}
