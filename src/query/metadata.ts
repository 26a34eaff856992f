import type { TopicPartition } from '../core/topic-partition.ts'
import type { Plan } from '../plan/plan.ts'
import { readsTopic } from '../plan/topic-pattern.ts'
import type { HostPartitions } from '../protocol/assignment-info.ts'
import { addressOf, type HostInfo } from './remote-owner.ts'
import type { Router } from './router.ts'

/** Who has a key (Java's KeyQueryMetadata). */
export interface KeyMetadata {
  readonly partition: number
  /** Undefined: an instance without applicationServer, or nobody while tasks move. */
  readonly active: HostInfo | undefined
  readonly standbys: readonly HostInfo[]
  /** This instance runs it. */
  readonly local: boolean
}

/** What an instance has (Java's StreamsMetadata); only those that have an applicationServer are known. */
export interface InstanceMetadata extends HostInfo {
  readonly local: boolean
  /** Stores of which it has a partition, and global ones. */
  readonly stores: readonly string[]
  /** What its tasks read. */
  readonly partitions: readonly TopicPartition[]
  /** The same of its standbys. */
  readonly standbyStores: readonly string[]
  readonly standbyPartitions: readonly TopicPartition[]
}

/** Java's StreamsMetadataState.rebuildMetadata. @throws StreamsError `store-not-ready` before the first rebalance */
export function instancesOf(
  router: Router,
  plan: Plan,
  applicationId: string,
  applicationServer: string | undefined,
): readonly InstanceMetadata[] {
  const { owners, standbyOwners } = router.assignment
  const hosts = new Map([...owners, ...standbyOwners].map((host) => [addressOf(host), host]))
  const globals = plan.globalStores.map(({ store }) => store.name)
  const partitionsOf = (of: readonly HostPartitions[], address: string): readonly TopicPartition[] =>
    of.find((host) => addressOf(host) === address)?.partitions ?? []
  return [...hosts].map(([address, { host, port }]) => {
    const partitions = partitionsOf(owners, address)
    const standbyPartitions = partitionsOf(standbyOwners, address)
    return {
      host,
      port,
      local: address === applicationServer,
      stores: [...storesOver(plan, applicationId, partitions), ...globals],
      partitions,
      standbyStores: storesOver(plan, applicationId, standbyPartitions),
      standbyPartitions,
    }
  })
}

function storesOver(
  plan: Plan,
  applicationId: string,
  partitions: readonly TopicPartition[],
): readonly string[] {
  return plan.subtopologies
    .filter(({ sources }) =>
      sources.some((source) => partitions.some(({ topic }) => readsTopic(source, applicationId, topic))),
    )
    .flatMap(({ stores }) => stores.map(({ name }) => name))
}
