import type { Serde } from '../serde/serde.ts'
import type { TimeWindows } from './windows.ts'

/**
 * What a store logs: every change, as Java does; one record per changed key at a commit; or nothing, so that its
 * content is lost with the local copy.
 */
export type ChangelogMode = 'each' | 'coalesced' | 'off'

interface StoreBase {
  readonly name: string
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  readonly engine: 'lmdb' | 'memory'
  readonly changelog: ChangelogMode
  readonly caching: boolean
  /** What fills it: part of the fingerprint, since another aggregate gives the same bytes another meaning. */
  readonly aggregate: 'count'
}

/** A value and a timestamp per key. */
export interface KeyValueStoreSpec extends StoreBase {
  readonly kind: 'key-value'
}

/** A value and a timestamp per key and window. */
export interface WindowStoreSpec extends StoreBase {
  readonly kind: 'window'
  readonly windows: TimeWindows
  readonly retentionMs: number
  readonly segmentMs: number
}

export type StoreSpec = KeyValueStoreSpec | WindowStoreSpec

/** Says what a store's rows mean: rows written under another fingerprint are not read but restored anew. */
export function storeFingerprint(store: StoreSpec): string {
  const windows =
    store.kind === 'window' ? ` size=${store.windows.sizeMs} retention=${store.retentionMs}` : ''
  return `${store.kind}${windows} key=${store.keySerde.name} value=${store.valueSerde.name} aggregate=${store.aggregate}`
}
