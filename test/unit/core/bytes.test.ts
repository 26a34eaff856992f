import { expect, test } from 'vitest'
import {
  compareBytes,
  concatBytes,
  getInt64,
  latin1Text,
  ownBytes,
  part,
  putInt64,
  utf8,
  utf8Text,
} from '../../../src/core/bytes.ts'
import { forEachRow, PackedRows } from '../../../src/core/packed-rows.ts'

test('int64 without BigInt equals DataView over the safe integers', () => {
  const view = new DataView(new ArrayBuffer(8))
  for (const value of [
    0,
    1,
    -1,
    2 ** 32,
    2 ** 32 - 1,
    -(2 ** 32),
    2 ** 53 - 1,
    -(2 ** 53 - 1),
    1704447600000,
  ]) {
    putInt64(view, 0, value)
    expect(view.getBigInt64(0)).toBe(BigInt(value))
    expect(getInt64(view, 0)).toBe(value)
  }
  view.setBigInt64(0, 2n ** 53n)
  expect(() => getInt64(view, 0)).toThrow(/9007199254740992 does not fit/)
})

test('bytes are ordered as unsigned, shorter first', () => {
  const sorted = [[], [0], [0, 0], [1], [0x7f], [0x80], [0xff], [0xff, 0]].map((bytes) =>
    Uint8Array.from(bytes),
  )
  expect([...sorted].reverse().sort(compareBytes)).toEqual(sorted)
})

test('texts of any length and kind become the bytes that TextEncoder makes, and stay them', () => {
  const texts = ['', 'a', 'é', '\ufeffx', '\ud800', 'a\udc00b', '日本語', '😀'].flatMap((text) =>
    [1, 20, 64, 65, 3000, 20_000].map((times) => text.repeat(times)),
  )
  const written = [...texts, ...texts].map((text) => utf8(text))
  const encoder = new TextEncoder()
  expect(written.map((bytes) => bytes.constructor)).toEqual(written.map(() => Uint8Array))
  const expected = [...texts, ...texts].map((text) => Buffer.from(encoder.encode(text)).toString('hex'))
  expect(written.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(expected)
})

test('bytes of any kind are read as TextDecoder reads them, with a byte order mark as text', () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const lead = [0x41, 0x80, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff]
  for (const a of lead)
    for (const b of [...lead, 0x9f, 0xa0, 0xbb, 0x8f, 0x90])
      for (const c of [0x41, 0x80, 0xbf, 0xe0, 0xff]) {
        const bytes = Uint8Array.of(a, b, c, 0x80, 0x42)
        expect(utf8Text(bytes)).toBe(decoder.decode(bytes))
      }
})

test('latin1 text sorts like the bytes', () => {
  expect(latin1Text(Uint8Array.of(0, 0x7f, 0x80, 0xff))).toBe('\0\x7f\x80\xff')
})

test('a part of small and large arrays, and bytes to keep', () => {
  for (const size of [0, 10, 64, 65, 500]) {
    const bytes = new Uint8Array(size).map((_, i) => i)
    expect([...part(bytes, 3)]).toEqual([...bytes].slice(3))
    expect([...part(bytes, 2, 7)]).toEqual([...bytes].slice(2, 7))
  }
  const long = utf8('x'.repeat(100))
  expect(ownBytes(long)).toEqual(long)
  expect(ownBytes(long).buffer.byteLength).toBe(100)
})

test('malformed UTF-8 is read with replacement', () => {
  expect(utf8Text(Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\ufffdb')
})

test('packed rows come back as they went in', () => {
  const rows = new PackedRows()
  const long = new Uint8Array(10_000).fill(7)
  rows.add(utf8('a'), utf8('1'))
  rows.add(utf8('gone'), null)
  rows.add(long, utf8(''))
  const seen: [string, Uint8Array | null][] = []
  forEachRow(rows.bytes, (key, value) => seen.push([utf8Text(key), value?.slice() ?? null]))
  expect(seen).toEqual([
    ['a', utf8('1')],
    ['gone', null],
    [utf8Text(long), new Uint8Array(0)],
  ])
})

test('concatenation', () => {
  expect(utf8Text(concatBytes([utf8('a'), utf8(''), utf8('bc')]))).toBe('abc')
})
