import { expect, test } from 'vitest'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import { noHeaders, type RecordContext } from '../../../src/core/record.ts'
import { RecordCache, TaskCache } from '../../../src/store/record-cache.ts'

const context: RecordContext = {
  metadata: { topic: 'in', partition: 0, offset: 7 },
  timestamp: 5,
  headers: [{ key: 'h', value: utf8('xy') }],
}

/** A cache of one space that tells what leaves it. */
function cacheOf(maxBytes: number) {
  const cache = new RecordCache(maxBytes)
  const left: string[] = []
  const space = cache.open((entries) =>
    left.push(entries.map(({ key, row }) => `${utf8Text(key)}=${row && utf8Text(row)}`).join(' ')),
  )
  const put = (key: string, row: string | null): void =>
    space.put(utf8(key), row === null ? null : utf8(row), context)
  return { cache, space, put, left }
}

/** Java: 24 of the node, 1 of the entry, 20 of the context, and topic, headers, key and value as they are. */
const entryBytes = 24 + 1 + 20 + 2 + 3 + 1 + 1

test('a flush lets the last of each key go, in order of last write, and keeps it for readers', () => {
  const { cache, space, put, left } = cacheOf(1000)
  put('b', '1')
  put('a', '2')
  put('b', '3')
  put('c', null)
  space.flush()
  space.flush()
  expect(left).toEqual(['a=2 b=3 c=null'])
  expect(space.get(utf8('b'))?.row).toEqual(utf8('3'))
  expect(space.get(utf8('c'))).toBeUndefined()
  expect(cache.bytes).toBe(2 * entryBytes)
})

test('when it is full the least recently used entry goes first, and all that wait with it', () => {
  const { cache, space, put, left } = cacheOf(3 * entryBytes)
  put('a', '1')
  put('b', '2')
  put('c', '3')
  space.get(utf8('a'))
  put('d', '4')
  expect(left).toEqual(['b=2 a=1 c=3 d=4'])
  expect(space.get(utf8('b'))).toBeUndefined()
  expect(cache.bytes).toBe(3 * entryBytes)
})

test('a clean entry goes without a word', () => {
  const { space, put, left } = cacheOf(2 * entryBytes)
  space.putClean(utf8('a'), utf8('1'))
  put('b', '2')
  put('c', '3')
  expect(left).toEqual([])
  expect(space.get(utf8('a'))).toBeUndefined()
})

test('spaces share the bytes, and each lets go of its own entries only', () => {
  const { cache, put, left } = cacheOf(2 * entryBytes)
  put('a', '1')
  put('b', '2')
  const other: string[] = []
  cache
    .open((entries) => other.push(...entries.map(({ key }) => utf8Text(key))))
    .put(utf8('x'), utf8('1'), context)
  expect(left).toEqual([])
  expect(other).toEqual(['x'])
})

test('what is put while entries leave waits for the next time', () => {
  const cache = new RecordCache(1000)
  const left: string[] = []
  const space = cache.open((entries) => {
    for (const { key } of entries) left.push(utf8Text(key))
    if (left.length === 1) space.put(utf8('a'), utf8('again'), context)
  })
  space.put(utf8('a'), null, { ...context, headers: noHeaders })
  space.flush()
  expect(space.get(utf8('a'))?.row).toEqual(utf8('again'))
  space.flush()
  expect(left).toEqual(['a', 'a'])
})

test('a cache that shrinks lets go of entries of its spaces in turn; one that grows of none', () => {
  const cache = new RecordCache(1000)
  const left: string[] = []
  const spaces = ['one', 'other'].map((name) => {
    const space = cache.open((entries) => left.push(...entries.map(({ key }) => name + utf8Text(key))))
    for (const key of ['a', 'b', 'c']) space.putClean(utf8(key), utf8('1'))
    return space
  })
  for (const key of ['a', 'b']) spaces[1]!.put(utf8(key), utf8('2'), context)
  cache.resize(cache.bytes - 1)
  expect(spaces.map((space) => space.get(utf8('a')) !== undefined)).toEqual([false, true])
  expect(left).toEqual([])
  cache.resize(1)
  expect(left).toEqual(['otherb', 'othera'])
  expect(cache.bytes).toBe(0)
  cache.resize(1000)
  spaces[0]!.put(utf8('a'), utf8('1'), context)
  expect(left).toEqual(['otherb', 'othera'])
})

test('a task counts what it has of the cache, and gives it back when it closes', () => {
  const cache = new RecordCache(1000)
  const left: string[] = []
  const [one, other] = [new TaskCache(cache), new TaskCache(cache)]
  for (const task of [one, one, other])
    task
      .open((entries) => left.push(...entries.map(({ key }) => utf8Text(key))))
      .put(utf8('a'), utf8('1'), context)
  expect([one.bytes, other.bytes, cache.bytes]).toEqual([2, 1, 3].map((n) => n * entryBytes))
  one.close()
  expect([one.bytes, cache.bytes]).toEqual([0, entryBytes])
  cache.resize(0)
  expect(left).toEqual(['a'])
})
