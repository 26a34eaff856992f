import { StreamsError } from '../core/errors.ts'

// Java's ByteUtils.writeVarint: 7 bits a byte, lowest first, after the zigzag that makes small negatives short.

/** @param value of 32 bits. */
export function varintBytes(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}

/** @throws StreamsError `deserialization` if the bytes end before the varint, or it has more than 32 bits. */
export function readVarint(bytes: Uint8Array): { readonly value: number; readonly length: number } {
  let raw = 0
  for (let i = 0; i < 5; i++) {
    const byte = bytes[i]
    if (byte === undefined) break
    raw |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) return { value: (raw >>> 1) ^ -(raw & 1), length: i + 1 }
  }
  throw new StreamsError('deserialization', 'a varint is cut off, or longer than 5 bytes')
}
