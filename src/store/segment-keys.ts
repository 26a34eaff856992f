import { part } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import { readInt32, readInt64, writeInt32, writeInt64 } from '../core/int64-bytes.ts'
import type { RangeOptions } from './byte-store.ts'

/*
 * Keys of window and session stores. The store key is Java's, and that of changelog records:
 *
 *   window    record key | window start int64 | sequence int32       (WindowKeySchema)
 *   session   record key | session end int64 | session start int64   (SessionKeySchema)
 *
 * Rows are in order of segment and store key, or else of time and store key. So the layers of a store know a row by its
 * order key, `segment or time int64 | store key`, whose bytes sort like that. On disk, where each segment has a space of
 * its own, a row has the store key; or `window start int64 | record key`, which the kernel uses too.
 */

export interface SegmentKeySchema {
  /** Bytes after the record key. */
  readonly suffixBytes: number
  /** Where in the suffix the time is that says the segment; all schemas have it first. */
  readonly kind: 'window' | 'session'
}

export const windowKeys: SegmentKeySchema = { suffixBytes: 12, kind: 'window' }
export const sessionKeys: SegmentKeySchema = { suffixBytes: 16, kind: 'session' }

/** Of a window: its start; of a session: its end. ms. */
export function timeOf(storeKey: Uint8Array, { suffixBytes, kind }: SegmentKeySchema): number {
  const at = storeKey.length - suffixBytes
  if (at < 0) throw new StreamsError('state-unreadable', `a key of ${storeKey.length} bytes has no ${kind}`)
  return readInt64(storeKey, at)
}

export function recordKeyOf(storeKey: Uint8Array, { suffixBytes }: SegmentKeySchema): Uint8Array {
  return part(storeKey, 0, storeKey.length - suffixBytes)
}

/** @param sequence tells values of one key and start apart; 0 in stores without duplicates. */
export function windowStoreKey(key: Uint8Array, start: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(key.length + 12)
  bytes.set(key)
  writeInt64(bytes, key.length, start)
  writeInt32(bytes, key.length + 8, sequence)
  return bytes
}

export function sequenceOf(windowStoreKey: Uint8Array): number {
  return readInt32(windowStoreKey, windowStoreKey.length - 4)
}

export function sessionStoreKey(key: Uint8Array, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(key.length + 16)
  bytes.set(key)
  writeInt64(bytes, key.length, end)
  writeInt64(bytes, key.length + 8, start)
  return bytes
}

export function sessionStartOf(storeKey: Uint8Array): number {
  return readInt64(storeKey, storeKey.length - 8)
}

export function orderKey(prefix: number, storeKey: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + storeKey.length)
  writeInt64(bytes, 0, prefix)
  bytes.set(storeKey, 8)
  return bytes
}

export function storeKeyOf(ordered: Uint8Array): Uint8Array {
  return part(ordered, 8)
}

export function prefixOf(ordered: Uint8Array): number {
  return readInt64(ordered, 0)
}

/** `window start int64 | record key`. */
export function timeFirstKey(storeKey: Uint8Array): Uint8Array {
  const keyLength = storeKey.length - windowKeys.suffixBytes
  const bytes = new Uint8Array(8 + keyLength)
  for (let i = 0; i < 8; i++) bytes[i] = storeKey[keyLength + i]!
  for (let i = 0; i < keyLength; i++) bytes[8 + i] = storeKey[i]!
  return bytes
}

export function fromTimeFirstKey(row: Uint8Array): Uint8Array {
  if (row.length < 8)
    throw new StreamsError('state-unreadable', `a row key of ${row.length} bytes has no window`)
  const bytes = new Uint8Array(row.length + 4)
  bytes.set(part(row, 8))
  bytes.set(part(row, 0, 8), row.length - 8)
  return bytes
}

/** Bounds that hold the store keys of all record keys in [from, to] at times up to `maxTime`, and few others. */
export function storeKeyBounds(
  from: Uint8Array | undefined,
  to: Uint8Array | undefined,
  maxTime: number,
): RangeOptions {
  return { ...(from && { from }), ...(to && { to: afterAllOf(to, maxTime) }) }
}

/** Bounds of the store keys of one record key at times in [from, to]. */
export function storeKeyBoundsOf(key: Uint8Array, fromTime: number, toTime: number): RangeOptions {
  return { from: keyAndTime(key, Math.max(0, fromTime)), to: keyAndTime(key, toTime + 1) }
}

function keyAndTime(key: Uint8Array, time: number): Uint8Array {
  const bytes = new Uint8Array(key.length + 8)
  bytes.set(key)
  writeInt64(bytes, key.length, Math.min(time, Number.MAX_SAFE_INTEGER))
  return bytes
}

/** Above all store keys of `to` and of what is before it: a beginning of `to` may come after `to` with its suffix. */
function afterAllOf(to: Uint8Array, maxTime: number): Uint8Array {
  const highest = Math.floor(maxTime / 2 ** 56) // first byte of the suffixes
  const length = to.findIndex((byte) => byte <= highest)
  const head = length < 0 ? to : to.subarray(0, length)
  const bytes = new Uint8Array(head.length + 18).fill(0xff)
  bytes.set(head)
  bytes[head.length] = highest
  return bytes
}
