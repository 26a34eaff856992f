import { utf8, utf8Text } from '../../core/bytes.ts'
import type { Header, Headers } from '../../core/record.ts'

/** A record's headers as their count and bytes, at `start`. The kernel has checked every length. */
export function parseHeaders(bytes: Uint8Array, start: number): Headers {
  let at = start
  const varint = (): number => {
    let bits = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      bits |= (byte & 0x7f) << shift
      if (byte < 0x80) return (bits >>> 1) ^ -(bits & 1)
    }
  }
  const take = (length: number): Uint8Array => {
    at += length
    return bytes.subarray(at - length, at)
  }
  const headers: Header[] = []
  for (let left = varint(); left > 0; left--) {
    const key = utf8Text(take(varint()))
    const length = varint()
    headers.push({ key, value: length < 0 ? null : take(length) })
  }
  return headers
}

/** Most bytes that a header takes beside its key and value, and the count. */
const lengthsRoom = 10
const none = new Uint8Array(1)

/** With their count, as they stand in a record. */
export function encodeHeaders(headers: Headers): Uint8Array {
  if (headers.length === 0) return none
  const keys = headers.map((header) => utf8(header.key))
  let most = lengthsRoom
  headers.forEach((header, i) => {
    most += lengthsRoom + keys[i]!.length + (header.value?.length ?? 0)
  })
  const bytes = new Uint8Array(most)
  let at = 0
  const putVarint = (value: number): void => {
    let bits = ((value << 1) ^ (value >> 31)) >>> 0
    for (; bits >= 0x80; bits >>>= 7) bytes[at++] = bits | 0x80
    bytes[at++] = bits
  }
  const put = (part: Uint8Array): void => {
    bytes.set(part, at)
    at += part.length
  }
  putVarint(headers.length)
  headers.forEach((header, i) => {
    putVarint(keys[i]!.length)
    put(keys[i]!)
    putVarint(header.value ? header.value.length : -1)
    if (header.value) put(header.value)
  })
  return bytes.subarray(0, at)
}
