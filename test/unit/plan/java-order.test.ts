import { expect, test } from 'vitest'
import { compareNames, hashOrder, TreeSet } from '../../../src/plan/java-order.ts'

test('hashOrder is the order of a HashSet', () => {
  // Recorded from Java: dsl-stateless/multi-topic-source.
  expect(hashOrder(['in1', 'in2'], true)).toEqual(['in2', 'in1'])
  // 'Aa' and 'BB' have the same hash: the bucket keeps the order of insertion.
  expect(hashOrder(['BB', 'Aa'])).toEqual(['BB', 'Aa'])
  expect(hashOrder(['Aa', 'BB'])).toEqual(['Aa', 'BB'])
})

test('a copied set of 12 has 32 buckets, one filled one by one 16', () => {
  // Hashes 97 to 108, or buckets 1 to 12 of either size; 'p' is 112: bucket 0 of 16, 16 of 32.
  const names = [...'abcdefghijk', 'p']
  expect(hashOrder(names).at(0)).toBe('p')
  expect(hashOrder(names, true).at(-1)).toBe('p')
})

test('a TreeSet sorts, in whatever order values come', () => {
  for (const step of [1, 7, 11, 13, 64, 96]) {
    const set = new TreeSet<number>((a, b) => a - b)
    const numbers = Array.from({ length: 97 }, (_, i) => (i * step) % 97)
    for (const number of [...numbers, ...numbers]) set.add(number)
    expect(set.values()).toEqual([...numbers].sort((a, b) => a - b))
  }
})

test('names compare by UTF-16 code unit', () => {
  expect(['b', 'a', 'B', 'a'].sort(compareNames)).toEqual(['B', 'a', 'a', 'b'])
})
