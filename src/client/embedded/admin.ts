import type { Admin } from '../admin.ts'
import type { EmbeddedCluster } from './cluster.ts'
import type { LinkRequest } from './link.ts'

type Request = <T>(api: LinkRequest['api'], run: (cluster: EmbeddedCluster) => T) => Promise<T>

export function embeddedAdmin(request: Request): Admin {
  return {
    listGroups: () => request('ListGroups', ({ groups }) => groups.list()),
    describeGroup: (groupId) => request('DescribeGroups', ({ groups }) => groups.describe(groupId)),
    groupOffsets: (groupId) =>
      request('OffsetFetch', ({ groups }) => [...groups.committed(groupId).values()]),
    alterGroupOffsets: (groupId, offsets) =>
      request('OffsetCommit', ({ groups }) => groups.alterOffsets(groupId, offsets)),
    deleteGroupOffsets: (groupId, partitions) =>
      request('OffsetDelete', ({ groups }) => groups.deleteOffsets(groupId, partitions)),
    deleteTopics: (names) =>
      request('DeleteTopics', ({ topics, groups }) => {
        for (const name of names) topics.delete(name)
        groups.forgetTopics(new Set(names))
      }),
    topicConfigs: (names) =>
      request('DescribeConfigs', ({ topics }) => {
        const found = names.flatMap((name) => {
          const configs = topics.configs(name)
          return configs ? [[name, configs] as const] : []
        })
        return new Map(found)
      }),
  }
}
