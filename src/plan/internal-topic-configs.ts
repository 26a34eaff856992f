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

export function changelogConfig(store: StoreSpec): TopicConfig {
  switch (store.kind) {
    case 'window':
    case 'session':
      return {
        ...timestamps,
        // Where each record has a key of its own, as in the stores of stream-stream joins, there is nothing to compact.
        'cleanup.policy': store.kind === 'window' && store.retainDuplicates ? 'delete' : 'compact,delete',
        'retention.ms': String(store.retentionMs + additionalRetentionMs),
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
