import { StreamsError } from '../core/errors.ts'
import type { Type } from './schema.ts'

/**
 * Text as Java's DataOutputStream.writeUTF writes it: the size as uint16, then "modified UTF-8": each UTF-16 unit by
 * itself, NUL in two bytes. Equal to UTF-8 for all but NUL and characters beyond the basic plane.
 */
export const javaUtf: Type<string> = {
  at: () => ({
    read(reader) {
      const size = reader.int16() & 0xffff
      const bytes = reader.bytes(size)
      const text = decode(bytes)
      if (text === undefined) throw reader.malformed('text that is not modified UTF-8')
      return text
    },
    write(writer, text) {
      const bytes = encode(text)
      if (bytes.length > 0xffff)
        throw new StreamsError('value-out-of-range', `a text of ${bytes.length} bytes, 65535 is the most`)
      writer.int16((bytes.length << 16) >> 16)
      writer.bytes(Uint8Array.from(bytes))
    },
  }),
}

function encode(text: string): number[] {
  const bytes: number[] = []
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit !== 0 && unit < 0x80) bytes.push(unit)
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }
  return bytes
}

function decode(bytes: Uint8Array): string | undefined {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!
    const size = first < 0x80 ? 1 : first >> 5 === 0b110 ? 2 : first >> 4 === 0b1110 ? 3 : 0
    if (size === 0 || at + size > bytes.length) return undefined
    let unit = size === 1 ? first : size === 2 ? first & 0x1f : first & 0x0f
    for (let i = 1; i < size; i++) {
      const next = bytes[at + i]!
      if (next >> 6 !== 0b10) return undefined
      unit = (unit << 6) | (next & 0x3f)
    }
    text += String.fromCharCode(unit)
    at += size
  }
  return text
}
