import { expect, test } from 'vitest'
import { concatIterators, filterIterator, mapIterator } from '../../../src/store/iterators.ts'

function watched(items: readonly number[]): { source: Iterator<number>; ended(): boolean } {
  let at = 0
  let ended = false
  const source: Iterator<number> = {
    next: () =>
      ended || at === items.length ? { done: true, value: undefined } : { done: false, value: items[at++]! },
    return: () => {
      ended = true
      return { done: true, value: undefined }
    },
  }
  return { source, ended: () => ended }
}

test('map, filter and concat give every item', () => {
  const source = (): Iterator<number> => watched([1, 2, 3]).source
  expect([...mapIterator(source(), (n) => n * 2)]).toEqual([2, 4, 6])
  expect([...filterIterator(source(), (n) => n !== 2)]).toEqual([1, 3])
  expect([...concatIterators([source(), watched([]).source, source()])]).toEqual([1, 2, 3, 1, 2, 3])
})

test('ending them before the first item ends the sources', () => {
  const [a, b, c, d] = [watched([1]), watched([1]), watched([1]), watched([1])]
  mapIterator(a.source, (n) => n).return?.()
  filterIterator(b.source, () => true).return?.()
  const both = concatIterators([c.source, d.source])
  both.return?.()
  expect([a, b, c, d].map((source) => source.ended())).toEqual([true, true, true, true])
  expect(both.next().done).toBe(true)
})
