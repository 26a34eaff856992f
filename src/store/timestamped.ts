import { part } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import { readInt64, writeInt64 } from '../core/int64-bytes.ts'

/** A value and its record's timestamp, ms; the value is shared with the store: do not change it. */
export interface Timestamped {
  readonly value: Uint8Array
  readonly timestamp: number
}

/** `timestamp int64 | value`, as Java's ValueAndTimestampSerializer. */
export function timestampedRow(value: Uint8Array, timestamp: number): Uint8Array {
  const row = new Uint8Array(8 + value.length)
  writeInt64(row, 0, timestamp)
  row.set(value, 8)
  return row
}

export function readTimestamped(row: Uint8Array): Timestamped {
  if (row.length < 8)
    throw new StreamsError('state-unreadable', `a row of ${row.length} bytes has no timestamp`)
  return { value: part(row, 8), timestamp: readInt64(row, 0) }
}
