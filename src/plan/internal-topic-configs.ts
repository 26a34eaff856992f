import { endOfTime } from '../serde/windowed.ts'
import type { StoreSpec } from './store-spec.ts'

// What Java sets on the topics it creates: RepartitionTopicConfig, UnwindowedUnversioned-, Windowed- and
// VersionedChangelogTopicConfig.

type TopicConfig = Readonly<Record<string, string>>

/** Java's windowstore.changelog.additional.retention.ms: lets a changelog outlive clock drift and a long pause. */
const additionalRetentionMs = 24 * 3_600_000

const timestamps = { 'message.timestamp.type': 'CreateTime' } as const

export const repartitionConfig: TopicConfig = Object.freeze({
  ...timestamps,
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'segment.bytes': '52428800',
})

/** What the user says of the topic goes before Java's rules, but one. */
export function changelogConfig(store: StoreSpec): TopicConfig {
  return { ...usualChangelogConfig(store), ...store.topicConfig, ...joinedConfig(store) }
}

/** Of stream-stream joins: each record has a key of its own, so there is nothing to compact (StreamJoinedStoreFactory). */
function joinedConfig(store: StoreSpec): TopicConfig {
  return store.kind === 'window' && store.logsHeaders ? { 'cleanup.policy': 'delete' } : {}
}

function usualChangelogConfig(store: StoreSpec): TopicConfig {
  switch (store.kind) {
    case 'window':
    case 'session':
      return {
        ...timestamps,
        'cleanup.policy': 'compact,delete',
        'retention.ms': retained(store.retentionMs),
      }
    case 'versioned':
      // Old versions must outlast compaction for as long as they may be asked for.
      return {
        ...timestamps,
        'cleanup.policy': 'compact',
        'min.compaction.lag.ms': String(store.historyRetentionMs + additionalRetentionMs),
      }
    default:
      return { ...timestamps, 'cleanup.policy': 'compact' }
  }
}

/** Of windows without end: Java's Long.MAX_VALUE. */
function retained(retentionMs: number): string {
  return retentionMs >= endOfTime ? '9223372036854775807' : String(retentionMs + additionalRetentionMs)
}
