import { describeGroups } from '../../protocol/api/describe-groups.ts'
import { listGroups } from '../../protocol/api/list-groups.ts'
import { checkCode } from '../../protocol/kafka-error.ts'
import type { GroupDescription, GroupListing } from '../admin.ts'
import type { Cluster } from './cluster.ts'

/** Each broker knows the groups that it coordinates. */
export async function listAllGroups(cluster: Cluster): Promise<readonly GroupListing[]> {
  return cluster.retry.run(async () => {
    await cluster.describe([])
    const answers = await Promise.all(
      cluster.brokers().map(async (address) => {
        const connection = await cluster.admin.to(address)
        const { errorCode, groups } = await connection.send(listGroups, { statesFilter: [], typesFilter: [] })
        checkCode(errorCode, 'ListGroups')
        return groups
      }),
    )
    return answers.flat().map(({ groupId, groupState, groupType }) => ({
      groupId,
      state: groupState,
      type: (groupType || 'classic').toLowerCase(),
    }))
  })
}

export async function describeOneGroup(cluster: Cluster, groupId: string): Promise<GroupDescription> {
  const { group } = await cluster.ask({
    type: 'group',
    key: groupId,
    connections: cluster.admin,
    api: describeGroups,
    request: () => ({ groupId }),
    check: ({ group }) => checkCode(group.errorCode, `DescribeGroups of ${groupId}`),
  })
  return {
    groupId,
    state: group.groupState,
    protocol: group.protocolData,
    members: group.members.map(({ memberMetadata, memberAssignment, ...member }) => ({
      ...member,
      metadata: memberMetadata,
      assignment: memberAssignment,
    })),
  }
}
