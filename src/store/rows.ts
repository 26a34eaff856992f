import type { Unawaited } from '../core/unawaited.ts'
import type { RangeOptions, Row, SpaceRows } from './byte-store.ts'

/** A map from bytes to bytes, in the order of its keys as unsigned bytes; keys may have any length, the empty one too. */
export interface OrderedRows {
  /** The result is shared: do not change it. */
  get(key: Uint8Array): Uint8Array | undefined
  /** Keeps `value`, and a copy of the key; null deletes. */
  put(key: Uint8Array, value: Uint8Array | null): Unawaited
  /** Rows as of this call; it survives later changes. It may be left before its end, without `return()`. */
  range(options?: RangeOptions): IterableIterator<Row>
}

/** One space of a store as the task sees it: every change is there at once, whatever of it is on disk. */
export interface Rows extends OrderedRows {
  /** @returns the changes since the last snapshot that are to be written to disk. */
  snapshot(): SpaceRows | undefined
  /** The last snapshot is on disk. */
  acknowledge(): void
  readonly memoryBytes: number
  /** How many rows, where all are in memory. */
  readonly memoryRows?: number | undefined
  /** Bytes of changes that are not on disk yet, and should be. */
  readonly dirtyBytes: number
}

/** Where a store's rows live: on disk, in memory only, or in an engine of the user's. */
export interface RowSpaces {
  /** Spaces that hold rows from before. */
  names(): readonly string[]
  open(space: string): Rows
  /** For what is not a value of the store. */
  openOwn(space: string): Rows
  /** The store needs a space no more. Those on disk go with the next checkpoint. */
  forget?(space: string): void
}

/** Rows of a store, in one space or several, as checkpoints see them. */
export interface CheckpointedRows {
  readonly memoryBytes: number
  /** How many rows, where all are in memory. */
  readonly memoryRows?: number | undefined
  readonly dirtyBytes: number
  snapshot(): readonly SpaceRows[]
  acknowledge(): void
  /** Forgets what has expired. @returns the spaces to drop. */
  expire(): readonly string[]
}
