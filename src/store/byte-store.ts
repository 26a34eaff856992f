import type { SpaceSize } from './store-size.ts'

/** Rows for one space, packed as core/packed-rows. */
export interface SpaceRows {
  readonly space: string
  readonly rows: Uint8Array
}

export interface RangeOptions {
  /** Inclusive. */
  readonly from?: Uint8Array
  /** Exclusive. */
  readonly to?: Uint8Array
  readonly reverse?: boolean
}

export type Row = readonly [key: Uint8Array, value: Uint8Array]

/**
 * The durable rows of one task: ordered maps of bytes, called spaces (one per store, or per segment of a store),
 * written together. Two engines pass one suite: LMDB and memory. Keys of any length, in unsigned byte order.
 */
export interface ByteStore {
  /** Spaces that exist. */
  spaces(): readonly string[]
  /** @returns a copy, or undefined. */
  get(space: string, key: Uint8Array): Uint8Array | undefined
  /** As of the last write, without reading it; nothing if there is no such space. */
  size(space: string): SpaceSize
  /** Rows as of this call; the iterator survives later writes. Ends early by `return()`. */
  range(space: string, options?: RangeOptions): IterableIterator<Row>
  /**
   * All or nothing, and in order of calls. The rows' bytes must not change until it resolves. After a failure every
   * later write fails with the same error: nothing is written past a gap.
   * @throws StreamsError `state-full` naming the directory when the map or the disk is full.
   */
  write(rows: readonly SpaceRows[]): Promise<void>
  /** Removes spaces with all rows, after the writes before it. */
  drop(spaces: readonly string[]): Promise<void>
  /** Resolves when the writes before it would survive a power failure; `write` alone survives only the end of the process. */
  sync(): Promise<void>
  /** Waits for the writes under way. Iterators still open end with a `lifecycle` error. */
  close(): Promise<void>
}
