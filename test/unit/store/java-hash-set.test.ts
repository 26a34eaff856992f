import { expect, test } from 'vitest'
import { utf8Text } from '../../../src/core/bytes.ts'
import { JavaHashSet } from '../../../src/store/java-hash-set.ts'

const take = (set: JavaHashSet): string => set.take().map(utf8Text).join('')

/** Arrays.hashCode of one byte is 31 + byte, so that of 'a' and 'q' is a multiple of 16. */
test('keys come by bucket, and of one bucket in order of addition', () => {
  const set = new JavaHashSet()
  for (const key of ['c', 'q', 'a', 'q']) set.add(new TextEncoder().encode(key))
  expect(take(set)).toBe('qac')
  expect(take(set)).toBe('')
})

test('more than 12 keys take 32 buckets, from then on', () => {
  const set = new JavaHashSet()
  for (const key of 'qabcdefghijkl') set.add(new TextEncoder().encode(key))
  expect(take(set)).toBe('abcdefghijklq')
  for (const key of 'qa') set.add(new TextEncoder().encode(key))
  expect(take(set)).toBe('aq')
})

test('hashes of several and of negative bytes', () => {
  const set = new JavaHashSet()
  // 31 * 31 + 31 * a + b: 0x00 0x00 -> 961 & 15 = 1; 0xff 0x00 -> 930 & 15 = 2; 0x00 0xff -> 960 & 15 = 0.
  for (const key of [
    [0, 0],
    [0xff, 0],
    [0, 0xff],
  ])
    set.add(Uint8Array.from(key))
  expect(set.take().map((key) => [...key])).toEqual([
    [0, 0xff],
    [0, 0],
    [0xff, 0],
  ])
})
