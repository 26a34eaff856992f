import { StreamsError } from '../core/errors.ts'
import { readInt64, writeInt64 } from './int64-bytes.ts'

/*
 * Windowed keys on disk, time first: `window start int64 | record key`; in the changelog as in Java's WindowKeySchema:
 * `record key | window start int64 | sequence int32`, the sequence 0 for aggregates.
 */

export interface WindowKey {
  readonly key: Uint8Array
  /** Window start, ms. */
  readonly start: number
}

export function windowRowKey(key: Uint8Array, start: number): Uint8Array {
  const row = new Uint8Array(8 + key.length)
  writeInt64(row, 0, start)
  row.set(key, 8)
  return row
}

export function readWindowRowKey(row: Uint8Array): WindowKey {
  if (row.length < 8)
    throw new StreamsError('state-unreadable', `a row key of ${row.length} bytes has no window`)
  return { key: row.subarray(8), start: readInt64(row, 0) }
}

/** The first row key of a window. */
export function windowStartBytes(start: number): Uint8Array {
  const bytes = new Uint8Array(8)
  writeInt64(bytes, 0, start)
  return bytes
}

export function windowChangelogKey(key: Uint8Array, start: number): Uint8Array {
  const bytes = new Uint8Array(key.length + 12)
  bytes.set(key)
  writeInt64(bytes, key.length, start)
  return bytes
}

export function readWindowChangelogKey(bytes: Uint8Array): WindowKey {
  const keyLength = bytes.length - 12
  if (keyLength < 0)
    throw new StreamsError('state-unreadable', `a changelog key of ${bytes.length} bytes has no window`)
  return { key: bytes.subarray(0, keyLength), start: readInt64(bytes, keyLength) }
}
