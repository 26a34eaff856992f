import type { StoreSpec } from '../plan/store-spec.ts'
import type { ScanQuestion, StoreRow } from './store-question.ts'
import type { StoredValue } from './task-store.ts'

/** A store as queries see it. Nothing here changes it, its cache or what it forwards. */
export interface QueriedStore {
  readonly spec: StoreSpec
  /** @param windowStart ms; 0 in a store without windows. */
  get(key: Uint8Array, windowStart: number): StoredValue | undefined
  /** Of a versioned store. */
  version?(key: Uint8Array, asOf: number | undefined): StoredVersion | undefined
  /** Absent if the kind cannot be read so. @param after where to go on, exclusive. */
  scan?(question: ScanQuestion, after: Uint8Array | undefined): StoreScan
}

export interface StoredVersion extends StoredValue {
  /** When another took its place; undefined for the latest. */
  readonly validTo: number | undefined
}

/** Rows one after the other; those that are not asked for are undefined, so that whoever counts time sees them pass. */
export type StoreScan = Iterator<readonly [order: Uint8Array, row: StoreRow | undefined], undefined>
