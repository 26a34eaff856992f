import { readInt64, writeInt64 } from '../core/int64-bytes.ts'

/*
 * Rows of versioned stores. Of the latest version, in the space `<store name>/latest`: `record key` -> `timestamp int64 |
 * value`. Of versions before, and of deletions, in the segment of the time they ended: `record key length uint32 |
 * record key | timestamp int64` -> `end int64 | 1 | value`, or `end int64 | 0` for a deletion.
 */

/** A version that is not the latest, or a deletion. */
export interface PastVersion {
  readonly timestamp: number
  /** When another took its place; of a deletion that was the latest, its own time. */
  readonly validTo: number
  /** Null: a deletion. */
  readonly value: Uint8Array | null
}

export function versionKey(key: Uint8Array, timestamp: number): Uint8Array {
  const bytes = new Uint8Array(12 + key.length)
  new DataView(bytes.buffer).setUint32(0, key.length)
  bytes.set(key, 4)
  writeInt64(bytes, 4 + key.length, timestamp)
  return bytes
}

export function recordKeyOfVersion(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(4, bytes.length - 8)
}

export function versionRow({ validTo, value }: PastVersion): Uint8Array {
  const bytes = new Uint8Array(9 + (value?.length ?? 0))
  writeInt64(bytes, 0, validTo)
  if (value) {
    bytes[8] = 1
    bytes.set(value, 9)
  }
  return bytes
}

export function readVersion(key: Uint8Array, row: Uint8Array): PastVersion {
  const timestamp = readInt64(key, key.length - 8)
  return { timestamp, validTo: readInt64(row, 0), value: row[8] === 1 ? row.subarray(9) : null }
}
