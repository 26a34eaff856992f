import type { Headers, RecordContext } from '../core/record.ts'
import type { Clock } from '../core/time/clock.ts'
import { isOnDisk, type StoreSpec, storeFingerprint } from '../plan/store-spec.ts'
import type { ByteStore } from '../store/byte-store.ts'
import type { BytesStore } from '../store/bytes-store.ts'
import { CachedStore } from '../store/cached-store.ts'
import type { ChangelogOptions } from '../store/changelog.ts'
import type { CacheSpaces } from '../store/record-cache.ts'
import { diskSpaces, memorySpaces } from '../store/row-spaces.ts'
import type { CheckpointedRows, RowSpaces } from '../store/rows.ts'
import { type StateStore, stateStore } from '../store/state-store.ts'
import type { StoreTask } from '../store/store-directory.ts'

/** What a store of a task is made of. */
export interface StateStoreParts {
  /** The task's rows; stores that are not on disk keep theirs to themselves. */
  readonly bytes: ByteStore
  /**
   * The task's, one object for its whole life: stores log with its time, caches keep copies of its fields, and set them
   * again, on this object, while an update is let go.
   */
  readonly record: RecordContext
  /** Takes changelog records; undefined if the store has none of its own (mode `off`, a global store, a source topic). */
  readonly changelog: ChangelogAppend | undefined
  /** Undefined: nothing is cached. */
  readonly cache: CacheSpaces | undefined
  readonly clock: Clock
  readonly task: StoreTask
  /** What the user's engine opened for this store; undefined: the spec says where rows live. */
  readonly spaces?: RowSpaces
  /** Told of a put that came too late for the store. */
  expired?(): void
}

/** The bytes are good for the call only. */
export type ChangelogAppend = (
  key: Uint8Array,
  value: Uint8Array | null,
  timestamp: number,
  headers: Headers,
) => void

/** @returns undefined if the store does not log. */
export function changelogOf(
  { changelog: mode }: StoreSpec,
  { changelog: append }: StateStoreParts,
): ChangelogOptions | undefined {
  return mode === 'off' || !append ? undefined : { mode, append }
}

export function spacesOf(store: StoreSpec, { bytes, spaces }: StateStoreParts): RowSpaces {
  if (spaces) return spaces
  return isOnDisk(store) ? diskSpaces(bytes) : memorySpaces()
}

export function stateOf(spec: StoreSpec, rows: CheckpointedRows): StateStore {
  return stateStore({ name: spec.name, fingerprint: storeFingerprint(spec) }, rows)
}

/** A cache over a store, if it and the task want one. @param keepsReads as of `CachedStore`. */
export function cacheOver<Query extends { readonly reverse?: boolean }>(
  store: BytesStore<Query>,
  { name, caching }: StoreSpec,
  { cache, record }: StateStoreParts,
  options: { readonly keepsReads: boolean },
): CachedStore<Query> | undefined {
  if (!caching || !cache) return undefined
  return new CachedStore(store, cache, record, { ...options, store: name })
}
