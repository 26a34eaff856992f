import { StreamsError } from './errors.ts'

/**
 * V8 keeps arrays of up to so many bytes in the JavaScript heap. All others, and those whose `buffer` is asked for (which
 * `subarray` and `DataView` do), are allocated outside of it, at ten times the cost.
 */
const heapBytes = 64

/** Methods of Buffer that its types leave out: they read any array, and need no view of it. */
interface NativeSlices {
  latin1Slice(this: Uint8Array, from: number, to: number): string
  utf8Slice(this: Uint8Array, from: number, to: number): string
}
const { latin1Slice, utf8Slice } = Buffer.prototype as unknown as NativeSlices

export const emptyBytes: Uint8Array = new Uint8Array(0)

/** The bytes of longer texts share memory with others: to keep them for long, copy them (`ownBytes`). */
export function utf8(text: string): Uint8Array {
  return text.length <= heapBytes ? (ascii(text) ?? longUtf8(text)) : longUtf8(text)
}

/** @returns undefined if there are other characters. */
function ascii(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return undefined
    bytes[i] = code
  }
  return bytes
}

const encoder = new TextEncoder()
const slabBytes = 32 * 1024
let slab = new Uint8Array(0)
let slabBuffer = Buffer.from(slab.buffer)
let slabUsed = 0

/** Texts are written one behind the other into a slab, since an allocation of their own would cost more than all else. */
function longUtf8(text: string): Uint8Array {
  const most = text.length * 3
  if (most > slabBytes / 4) return encoder.encode(text)
  if (slabUsed + most > slab.length) {
    slab = new Uint8Array(slabBytes)
    slabBuffer = Buffer.from(slab.buffer)
    slabUsed = 0
  }
  const from = slabUsed
  slabUsed += slabBuffer.write(text, from)
  return slab.subarray(from, slabUsed)
}

/** Bytes that may be kept: a copy where others may share the memory. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.length <= heapBytes ? bytes : new Uint8Array(bytes)
}

/** Malformed sequences become U+FFFD, as Java's StringDeserializer does; a byte order mark is text like any other. */
export function utf8Text(bytes: Uint8Array): string {
  return utf8Slice.call(bytes, 0, bytes.length)
}

/** Each byte as the character of its number: texts that sort like the bytes. */
export function latin1Text(bytes: Uint8Array): string {
  return latin1Slice.call(bytes, 0, bytes.length)
}

/** Some of the bytes, for reading only: a view, or a copy where that is cheaper. */
export function part(bytes: Uint8Array, from: number, to: number = bytes.length): Uint8Array {
  return bytes.length <= heapBytes ? bytes.slice(from, to) : bytes.subarray(from, to)
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
