import type { StoreSpec } from '../plan/store-spec.ts'
import type { ChangelogRecord } from '../store/changelog-record.ts'
import type { StateStore } from '../store/state-store.ts'
import type { QueriedStore } from './queried-store.ts'
import type { StoredValue } from './task-store.ts'

/** A store of a task, from every side. */
export interface BuiltStore extends QueriedStore {
  readonly spec: StoreSpec
  /** For operators and processors, as the spec's kind says (`store/state-stores.ts`). */
  readonly typed: unknown
  /** For `TaskState`: checkpoints and memory. */
  readonly state: StateStore
  /** Applies a record of the changelog (or source topic): nothing is logged, cached or forwarded. */
  restore(record: ChangelogRecord): void
  /**
   * At a commit, for every store in the order of registration, before the first `flush`: the record cache lets go of its
   * updates, which its listener forwards, and buffers log what changed in them.
   */
  flushCache(): void
  /** At a commit, after `flushCache` of all stores: what the changelog mode 'coalesced' held back. */
  flush(): void
  /** With the task, once or more often. Absent if there is nothing that would not go by itself. */
  close?(): void
  /** Everything in it, as operators would read it now, in the store's own order; for tests, dumps and queries. */
  entries(): Iterable<StoreEntry>
  /** Of a buffer (suppress, stream-table join with grace): how full it is. */
  readonly buffer?: BufferFill
  /** For queries: the value's bytes. Key-value and window stores only. @param windowStart ms; 0 in a store without windows. */
  get(key: Uint8Array, windowStart: number): StoredValue | undefined
}

/** One entry of any store; the fields are there that its kind has. */
export interface StoreEntry {
  /** By the key serde; `Windowed` of window and session stores; the combined key's bytes of a foreign-key subscription. */
  readonly key: unknown
  readonly value: unknown
  /** Ms. Absent in plain stores and sessions. */
  readonly timestamp?: number
  /** Of a versioned store: when the version ended; undefined for the latest. */
  readonly validTo?: number
  /** Of an outer-join buffer. */
  readonly side?: 'left' | 'right'
}

export interface BufferFill {
  readonly numRecords: number
  /** By Java's accounting. */
  readonly bufferSize: number
  /** Ms; Infinity when it is empty. */
  readonly minTimestamp: number
}
