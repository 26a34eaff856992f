import { part } from '../core/bytes.ts'
import { readInt64 } from '../core/int64-bytes.ts'
import { timestampedRow } from './timestamped.ts'

/** How the rows of a store and its changelog records differ. */
export interface RowFormat {
  /** @param timestamp of the changelog record, ms. */
  rowOf(value: Uint8Array, timestamp: number): Uint8Array
  valueOf(row: Uint8Array): Uint8Array
  /** @returns undefined if rows have none. */
  timestampOf(row: Uint8Array): number | undefined
  /** The row as it is now, to be kept. */
  kept(row: Uint8Array): Uint8Array
}

/** A row is the value. */
export const plainFormat: RowFormat = {
  rowOf: (value) => value.slice(),
  valueOf: (row) => row,
  timestampOf: () => undefined,
  // It may be what the user gave, who may change it.
  kept: (row) => new Uint8Array(row),
}

/** A row is the timestamp and the value; the changelog has the value, and the timestamp as that of its record. */
export const timestampedFormat: RowFormat = {
  rowOf: timestampedRow,
  valueOf: (row) => part(row, 8),
  timestampOf: (row) => readInt64(row, 0),
  kept: (row) => row,
}
