import { expect, test } from 'vitest'
import { PriorityQueue } from '../../../src/task/priority-queue.ts'

interface Item {
  readonly name: string
  readonly rank: number
}

function queue(...items: readonly Item[]): PriorityQueue<Item> {
  const result = new PriorityQueue<Item>(({ rank }) => rank)
  for (const item of items) result.add(item)
  return result
}

function drain(from: PriorityQueue<Item>): string {
  let names = ''
  for (let item = from.poll(); item; item = from.poll()) names += item.name
  return names
}

const equal = (name: string): Item => ({ name, rank: 1 })

test('the smallest comes first', () => {
  const ranks = [5, 3, 8, 1, 9, 2, 7]
  const items = ranks.map((rank) => ({ name: String(rank), rank }))
  expect(drain(queue(...items))).toBe('1235789')
})

test('equals come as from a binary heap whose last element takes the place of the first', () => {
  expect(drain(queue(equal('a'), equal('b')))).toBe('ab')
  expect(drain(queue(equal('a'), equal('b'), equal('c')))).toBe('acb')
  expect(drain(queue(equal('a'), equal('b'), equal('c'), equal('d')))).toBe('adcb')
})

test('one that is put back after it was taken goes behind its equals', () => {
  const two = queue(equal('a'), equal('b'))
  const first = two.poll()!
  two.add(first)
  expect(drain(two)).toBe('ba')
})
