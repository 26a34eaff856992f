import { StreamsError } from './errors.ts'

const encoder = new TextEncoder()
/** A byte order mark is text like any other, as in Java. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export const emptyBytes: Uint8Array = new Uint8Array(0)

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Malformed sequences become U+FFFD, as Java's StringDeserializer does. */
export function utf8Text(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** Unsigned lexicographic order, shorter first: the order of LMDB and of Java's Bytes. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const part of parts) size += part.length
  const all = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** Writes a whole number as a big-endian 64-bit integer, without BigInt. Exact for |value| <= 2^53. */
export function putInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / 0x1_0000_0000))
  view.setUint32(at + 4, value >>> 0)
}

/** Reads a big-endian 64-bit integer. @throws StreamsError `value-out-of-range` beyond +-2^53. */
export function getInt64(view: DataView, at: number): number {
  const value = view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4)
  if (Number.isSafeInteger(value)) return value
  throw new StreamsError('value-out-of-range', `${view.getBigInt64(at)} does not fit a safe integer`)
}
