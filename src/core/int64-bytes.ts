import { StreamsError } from './errors.ts'

/*
 * As `putInt64` and `getInt64` of bytes.ts, without a DataView: making one moves a small array out of the JavaScript
 * heap, which costs more than the whole read or write.
 */

/** Writes a whole number as a big-endian 64-bit integer. Exact for |value| <= 2^53. */
export function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  writeInt32(bytes, at, Math.floor(value / 0x1_0000_0000))
  writeInt32(bytes, at + 4, value)
}

/** Reads a big-endian 64-bit integer. @throws StreamsError `value-out-of-range` beyond +-2^53. */
export function readInt64(bytes: Uint8Array, at: number): number {
  const value = readInt32(bytes, at) * 0x1_0000_0000 + (readInt32(bytes, at + 4) >>> 0)
  if (Number.isSafeInteger(value)) return value
  throw new StreamsError('value-out-of-range', `${value} does not fit a safe integer`)
}

/** The low 32 bits of `value`. */
export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

export function readInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}
