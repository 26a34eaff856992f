import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { concatBytes, utf8 } from '../../../src/core/bytes.ts'
import { decompress, decompressor } from '../../../src/protocol/record-batch/compression.ts'
import { expectCode } from './expect-code.ts'

describe('decompress', () => {
  const text = utf8('text '.repeat(1000))

  test('gzip', () => {
    expect(decompress('gzip', gzipSync(text))).toEqual(Buffer.from(text))
    expect(() => decompress('gzip', text)).toThrow()
  })

  test('names the package that is missing', () => {
    expectCode('codec-missing', /npm install snappy/, () => decompress('snappy', text))
    expectCode('codec-missing', /npm install lz4-napi/, () => decompress('lz4', text))
  })

  test('takes codecs from packages', () => {
    const packages = decompressor({ lz4: (bytes) => bytes.subarray(1), zstd: (bytes) => bytes.subarray(2) })
    expect(packages('lz4', utf8('abc'))).toEqual(utf8('bc'))
  })

  test('snappy with and without the framing of snappy-java', () => {
    // Blocks of one literal: the size as a varint, (length - 1) << 2, the bytes.
    const block = (part: string): Uint8Array =>
      concatBytes([new Uint8Array([part.length, (part.length - 1) << 2]), utf8(part)])
    const snappy = decompressor({ snappy: (bytes) => bytes.subarray(2) })
    const frame = (...parts: string[]): Uint8Array =>
      concatBytes([
        Buffer.from('82534e4150505900 00000001 00000001'.replaceAll(' ', ''), 'hex'),
        ...parts.flatMap((part) => [new Uint8Array([0, 0, 0, part.length + 2]), block(part)]),
      ])
    expect(snappy('snappy', block('plain'))).toEqual(utf8('plain'))
    expect(snappy('snappy', frame('one', 'two'))).toEqual(utf8('onetwo'))
    expect(snappy('snappy', frame())).toEqual(utf8(''))
    expect(() => snappy('snappy', frame('one', 'two').subarray(0, -1))).toThrow(/cut off/)
    expect(() => snappy('snappy', frame('one', 'two').subarray(0, 24))).toThrow(/cut off/)
  })

  test('refuses what would become too large', () => {
    const snappy = decompressor({ snappy: () => text })
    expect(() => snappy('snappy', new Uint8Array([0x81, 0x80, 0x80, 0x80, 1, 0]))).toThrow(/268435457 bytes/)
    expect(snappy('snappy', new Uint8Array([0x80, 0x80, 0x80, 0x80, 1, 0]))).toBe(text)
    expect(() => snappy('snappy', new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0]))).toThrow(
      /without its size/,
    )
  })
})
