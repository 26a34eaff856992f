import { getInt64, putInt64 } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'

/** A value and its record's timestamp, ms; the value is shared with the store: do not change it. */
export interface Timestamped {
  readonly value: Uint8Array
  readonly timestamp: number
}

/** `timestamp int64 | value`, as Java's ValueAndTimestampSerializer. */
export function timestampedRow(value: Uint8Array, timestamp: number): Uint8Array {
  const row = new Uint8Array(8 + value.length)
  putInt64(viewOf(row), 0, timestamp)
  row.set(value, 8)
  return row
}

export function readTimestamped(row: Uint8Array): Timestamped {
  if (row.length < 8)
    throw new StreamsError('state-unreadable', `a row of ${row.length} bytes has no timestamp`)
  return { value: row.subarray(8), timestamp: getInt64(viewOf(row), 0) }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
