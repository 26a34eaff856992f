import { endOfTime } from '../serde/windowed.ts'
import type { StoreSpec } from './store-spec.ts'

// What Java sets on the topics it creates: RepartitionTopicConfig, UnwindowedUnversioned-, Windowed- and
// VersionedChangelogTopicConfig.

type TopicConfig = Readonly<Record<string, string>>

/** What the application says of all its internal topics. */
export interface InternalTopicSettings {
  /** Java's `topic.` prefix. */
  readonly topic: TopicConfig
  /** windowstore.changelog.additional.retention.ms: lets a changelog outlive clock drift and a long pause. */
  readonly windowChangelogAdditionalRetentionMs: number
}

const dayMs = 24 * 3_600_000

export const usualTopicSettings: InternalTopicSettings = {
  topic: {},
  windowChangelogAdditionalRetentionMs: dayMs,
}

const timestamps = { 'message.timestamp.type': 'CreateTime' } as const

export function repartitionConfig({ topic }: InternalTopicSettings): TopicConfig {
  return {
    ...timestamps,
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'segment.bytes': '52428800',
    ...topic,
  }
}

/**
 * What the application says of all topics goes before the library's rules, and what the user says of this one before
 * both; but how long records are needed follows from the store, unless it is said for just this topic.
 */
export function changelogConfig(store: StoreSpec, settings: InternalTopicSettings): TopicConfig {
  return {
    ...timestamps,
    'cleanup.policy': cleanupPolicy(store),
    ...settings.topic,
    ...neededTime(store, settings),
    ...store.topicConfig,
    ...joinedConfig(store),
  }
}

/** Of stream-stream joins: each record has a key of its own, so there is nothing to compact (StreamJoinedStoreFactory). */
function joinedConfig(store: StoreSpec): TopicConfig {
  return store.kind === 'window' && store.logsHeaders ? { 'cleanup.policy': 'delete' } : {}
}

function cleanupPolicy({ kind }: StoreSpec): string {
  return kind === 'window' || kind === 'session' ? 'compact,delete' : 'compact'
}

function neededTime(store: StoreSpec, settings: InternalTopicSettings): TopicConfig {
  switch (store.kind) {
    case 'window':
    case 'session':
      return { 'retention.ms': retained(store.retentionMs + settings.windowChangelogAdditionalRetentionMs) }
    case 'versioned':
      // Old versions must outlast compaction for as long as they may be asked for.
      return { 'min.compaction.lag.ms': String(store.historyRetentionMs + dayMs) }
    default:
      return {}
  }
}

/** Of windows without end: Java's Long.MAX_VALUE. */
function retained(ms: number): string {
  return ms >= endOfTime ? '9223372036854775807' : String(ms)
}
