import type { TaskId } from '../core/task-id.ts'

// What one instance, thread or task asks another about a store: plain data, good for structured cloning and for the wire.

/** One key (Java's KeyQuery, VersionedKeyQuery and WindowKeyQuery of one window). */
export type KeyQuestion =
  /** Of a key-value store, or the latest version. */
  | { readonly kind: 'key'; readonly key: Uint8Array }
  /** @param start of the window, ms. */
  | { readonly kind: 'window'; readonly key: Uint8Array; readonly start: number }
  /** The version that was valid then, ms. */
  | { readonly kind: 'version'; readonly key: Uint8Array; readonly asOf: number }

/** Many rows (Java's RangeQuery, WindowKeyQuery, WindowRangeQuery, MultiVersionedKeyQuery). Absent bounds are open. */
export type ScanQuestion =
  /** Keys from `from` on, before `before`; of a versioned store their latest versions. */
  | {
      readonly kind: 'range'
      readonly from?: Uint8Array
      readonly before?: Uint8Array
      readonly reverse: boolean
    }
  /** How many rows there are: the pages have none, but say how many were looked at. */
  | { readonly kind: 'count' }
  /** Windows whose start, or sessions whose end, is within both times; of keys within both. All inclusive. */
  | {
      readonly kind: 'windows'
      readonly from?: Uint8Array
      readonly to?: Uint8Array
      readonly fromTime: number
      readonly toTime: number
      /** Of sessions: they begin no later than this, ms. */
      readonly latestStart: number
      readonly reverse: boolean
    }
  /** Versions of a key that were valid at some time within both, inclusive. */
  | {
      readonly kind: 'versions'
      readonly key: Uint8Array
      readonly fromTime: number
      readonly toTime: number
      readonly reverse: boolean
    }

export type StoreQuestion = KeyQuestion | ScanQuestion

/** As processed so far, committed or not; or as of the last checkpoint on disk, which is committed. */
export type Isolation = 'latest' | 'checkpoint'

/** A question to one task. */
export interface StoreRequest {
  /** Undefined: a global store, which every instance has. */
  readonly task: TaskId | undefined
  readonly store: string
  readonly question: StoreQuestion
  /** Where the page before this one ended. */
  readonly after?: Uint8Array
  /** Rows of a page, at most. */
  readonly limit: number
  readonly isolation: Isolation
  /** A standby may answer, or a task that is being restored. */
  readonly stale: boolean
}

/** One row of an answer, in bytes. */
export interface StoreRow {
  /** Its place in the order of the answer. */
  readonly order: Uint8Array
  readonly key: Uint8Array
  readonly value: Uint8Array
  /** Of the value, ms; -1 if the store keeps none. */
  readonly timestamp: number
  /** Of a window or session; of a version when it was valid. ms; an `end` of -1: none, or until now. */
  readonly start: number
  readonly end: number
}

export interface StorePage {
  readonly rows: readonly StoreRow[]
  /** How many rows were looked at. */
  readonly looked: number
  /** There may be more: the next page begins after this. */
  readonly after: Uint8Array | undefined
  /** Of a checkpoint: when it was committed, ms since the epoch. */
  readonly checkpointMs: number | undefined
  /** Of a standby or a task being restored: how many changelog records it is behind, as far as it knows. */
  readonly lag: number | undefined
}

/** What a thread answers. */
export type StoreReply =
  /** It does not run the task; or its stores are not complete. */
  { readonly here: false; readonly restoring: boolean } | ({ readonly here: true } & StorePage)
