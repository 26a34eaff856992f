import { expect, test } from 'vitest'
import { compareBytes, concatBytes, getInt64, putInt64, utf8, utf8Text } from '../../../src/core/bytes.ts'
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
