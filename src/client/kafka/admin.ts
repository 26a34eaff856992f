import type { Admin } from '../admin.ts'
import type { Cluster } from './cluster.ts'
import { deleteTopicsByName } from './delete-topics.ts'
import { allGroupOffsets, commitOffsetsFor, deleteOffsetsOf } from './group-offsets.ts'
import { describeOneGroup, listAllGroups } from './groups.ts'
import { configsOfTopics } from './topic-configs.ts'

export function kafkaAdmin(cluster: Cluster): Admin {
  return {
    listGroups: () => listAllGroups(cluster),
    describeGroup: (groupId) => describeOneGroup(cluster, groupId),
    groupOffsets: (groupId) => allGroupOffsets(cluster, groupId),
    alterGroupOffsets: (groupId, offsets) => commitOffsetsFor(cluster, groupId, offsets),
    deleteGroupOffsets: (groupId, partitions) => deleteOffsetsOf(cluster, groupId, partitions),
    deleteTopics: (names) => deleteTopicsByName(cluster, names),
    topicConfigs: (names) => configsOfTopics(cluster, names),
  }
}
