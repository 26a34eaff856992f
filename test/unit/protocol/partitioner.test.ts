import { expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { murmur2, partitionFor } from '../../../src/protocol/partitioner.ts'

test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
  ['', 275646681],
])('murmur2 of "%s" is that of Java (UtilsTest)', (text, hash) => {
  expect(murmur2(utf8(text))).toBe(hash)
})

test('the partition is the hash without its sign, modulo', () => {
  expect(partitionFor(utf8('foobar'), 10)).toBe((-790332482 & 0x7fff_ffff) % 10)
  expect(partitionFor(utf8('foobar'), 1)).toBe(0)
})
