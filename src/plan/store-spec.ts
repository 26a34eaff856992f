import type { Serde } from '../serde/serde.ts'
import type { BuildCustomStore } from '../store/custom-store.ts'
import type { StoreEngine } from '../store/store-engine.ts'

/**
 * What a store logs: every change, as Java does; one record per changed key at a commit; or nothing, so that its
 * content is lost with the local copy.
 */
export type ChangelogMode = 'each' | 'coalesced' | 'off'

/**
 * Where rows live: on disk under the state directory, which survives restarts; in memory, or in an engine of the user's,
 * which are restored from the changelog.
 */
export type StoreKind = 'lmdb' | 'memory' | StoreEngine

interface StoreBase {
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly engine: StoreKind
  readonly changelog: ChangelogMode
  /** Configs of the changelog topic that take the place of Java's. */
  readonly topicConfig?: Readonly<Record<string, string>>
  /** Updates wait in the record cache, if the application has one, and are forwarded when it lets them go. */
  readonly caching: boolean
  /** The store is restored from this source topic, and has no changelog of its own. */
  readonly sourceTopic?: string
  /** What fills it: part of the fingerprint, since another aggregate gives the same bytes another meaning. */
  readonly aggregate?: string
}

/** A value per key, with its timestamp if `timestamped`. */
export interface KeyValueStoreSpec extends StoreBase {
  readonly kind: 'key-value'
  readonly timestamped: boolean
  /** The store reads as a timestamped one, but its rows are plain: every timestamp is -1 (KeyValueToTimestampedKeyValueByteStoreAdapter). */
  readonly plainRows?: boolean
  /** The least recently used entries beyond so many are dropped (Stores.lruMap). */
  readonly maxEntries?: number
}

/** A value per key and window start, with its timestamp if `timestamped`. */
export interface WindowStoreSpec extends StoreBase {
  readonly kind: 'window'
  readonly timestamped: boolean
  /** As of a key-value store. */
  readonly plainRows?: boolean
  readonly windowSizeMs: number
  readonly retentionMs: number
  readonly segmentMs: number
  /** Several values of one key and start are kept, as the stores of stream-stream joins do. */
  readonly retainDuplicates: boolean
  /** Changelog records have the headers of the record put; of stream-stream joins (Java's TimestampedWindowStoreWithHeaders). */
  readonly logsHeaders?: boolean
  /** Distance of window starts, where they are aligned: single lookups can then take the place of a range. */
  readonly advanceMs?: number
  /** For final results: iterates by time and then key, and keeps a window one ms longer (RocksDBTimeOrderedWindowStore). */
  readonly timeOrdered?: boolean
}

/** A value per key and session. */
export interface SessionStoreSpec extends StoreBase {
  readonly kind: 'session'
  readonly retentionMs: number
  readonly segmentMs: number
  /** For final results: takes sessions that have expired as long as their segment is there (RocksDBTimeOrderedSessionStore). */
  readonly takesExpired?: boolean
}

/** Every version of a value per key, for a while (KIP-889). */
export interface VersionedStoreSpec extends StoreBase {
  readonly kind: 'versioned'
  readonly historyRetentionMs: number
  readonly segmentMs: number
}

/** Records of a left or outer stream-stream join that have not met anybody yet, by time, side and key. */
export interface OuterJoinStoreSpec extends StoreBase {
  readonly kind: 'outer-join-buffer'
  readonly otherValueSerde: Serde<unknown>
}

/** Updates that `suppress` holds back, by time. */
export interface SuppressStoreSpec extends StoreBase {
  readonly kind: 'suppress-buffer'
}

/** Records that a stream-table join with grace holds back, by time. */
export interface JoinBufferSpec extends StoreBase {
  readonly kind: 'join-buffer'
  readonly graceMs: number
}

/**
 * Who waits for a foreign key: a timestamped key-value store from the bytes of a CombinedKey to a subscription, never
 * cached. Its changelog records, deletions too, carry the headers of the record that caused them: in Java it is a store with headers.
 */
export interface SubscriptionStoreSpec extends StoreBase {
  readonly kind: 'fk-subscription'
}

/** A store of the user's own; key and value are those of its changelog: bytes. */
export interface CustomStoreSpec extends StoreBase {
  readonly kind: 'custom'
  /** Where the rows live that it may use. */
  readonly engine: 'lmdb' | 'memory'
  /** Says what its rows on disk mean. */
  readonly layout?: string
  readonly build: BuildCustomStore
}

export type StoreSpec =
  | KeyValueStoreSpec
  | WindowStoreSpec
  | SessionStoreSpec
  | VersionedStoreSpec
  | OuterJoinStoreSpec
  | SuppressStoreSpec
  | JoinBufferSpec
  | SubscriptionStoreSpec
  | CustomStoreSpec

/** The store can be restored: from its changelog, or from the topic in its place. */
export function isRestored({ changelog, sourceTopic }: StoreSpec): boolean {
  return changelog !== 'off' || sourceTopic !== undefined
}

/** Rows go to disk. What cannot be restored does not: after a crash it could not be brought up to date. */
export function isOnDisk(store: StoreSpec): boolean {
  return store.engine === 'lmdb' && isRestored(store)
}

/** Rows begin with the window start, as the kernel has them, and not with the key. */
export function isTimeFirst({ advanceMs, retainDuplicates }: WindowStoreSpec): boolean {
  return advanceMs !== undefined && !retainDuplicates
}

/** Says what a store's rows mean: rows written under another fingerprint are not read but restored anew. */
export function storeFingerprint(store: StoreSpec): string {
  const parts = [store.kind, ...layout(store), `key=${store.keySerde.name}`, `value=${store.valueSerde.name}`]
  if (store.aggregate !== undefined) parts.push(`aggregate=${store.aggregate}`)
  return parts.join(' ')
}

function layout(store: StoreSpec): readonly string[] {
  switch (store.kind) {
    case 'key-value':
      return store.timestamped && !store.plainRows ? [] : ['plain']
    case 'window':
      return [
        `size=${store.windowSizeMs}`,
        `retention=${store.retentionMs}`,
        ...(store.timestamped && !store.plainRows ? [] : ['plain']),
        ...(isTimeFirst(store) ? [] : ['key-first']),
        ...(store.retainDuplicates ? ['duplicates'] : []),
      ]
    case 'session':
      return [`retention=${store.retentionMs}`]
    case 'versioned':
      return [`history=${store.historyRetentionMs}`]
    case 'outer-join-buffer':
      return [`other=${store.otherValueSerde.name}`]
    case 'custom':
      return store.layout === undefined ? [] : [`layout=${store.layout}`]
    default:
      return []
  }
}
