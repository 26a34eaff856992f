import { expect, test } from 'vitest'
import { hex, utf8 } from '../../../src/core/bytes.ts'
import { type Headers, noHeaders } from '../../../src/core/record.ts'
import type { SuppressBuffer } from '../../../src/store/state-stores.ts'
import { base, StoreRun } from '../../property/store-harness.ts'

type Suppressed = SuppressBuffer<string, string>

const spec = { ...base, kind: 'suppress-buffer' } as const

function evictAll({ store }: StoreRun<Suppressed>): string[] {
  const evicted: string[] = []
  store.evictWhile(
    () => true,
    ({ key, oldValue, newValue, context }) =>
      evicted.push(
        `${key}: ${oldValue} -> ${newValue} @${context.timestamp} ${context.metadata?.topic}-${context.metadata?.offset}`,
      ),
  )
  return evicted
}

// context 5, topic "in", offset 7, partition 0, no headers
const context = '000000000000000500000000000000070000000' + '2696e0000000000000000'
const time = '0000000000000009'
const oldAndNew = '000000016f000000016e' // "o", "n"
const version = (number: number): Headers => [{ key: 'v', value: Uint8Array.of(number) }]

test.each([
  ['0', noHeaders, `${time}${oldAndNew}`, 'k: o -> n @1 log-4', 'o'],
  ['1', version(1), `${time}${context}0000000a${oldAndNew}`, 'k: o -> n @5 in-7', 'o'],
  ['2', version(2), `${context}0000000a${oldAndNew}0000000170${time}`, 'k: o -> n @5 in-7', 'p'],
  ['3, called 2', version(2), `${context}0000000170${oldAndNew}${time}`, 'k: o -> n @5 in-7', 'p'],
  ['3', version(3), `${context}0000000170${oldAndNew}${time}`, 'k: o -> n @5 in-7', 'p'],
  [
    '3, the old value that of before',
    version(3),
    `${context}0000000170fffffffe000000016e${time}`,
    'k: p -> n @5 in-7',
    'p',
  ],
  ['3, nulls', version(3), `${context}ffffffffffffffffffffffff${time}`, 'k: null -> null @5 in-7', null],
])('a changelog record of version %s is read', (_, headers, value, evicted, prior) => {
  const run = new StoreRun<Suppressed>(spec)
  run.built.restore({
    topic: 'log',
    partition: 0,
    offset: 4,
    key: utf8('k'),
    value: new Uint8Array(Buffer.from(value, 'hex')),
    timestamp: 1,
    headers,
  })
  expect(run.store.minTimestamp).toBe(9)
  expect(run.store.priorValue('k')).toEqual({ value: prior })
  expect(evictAll(run)).toEqual([evicted])
  expect(run.store.minTimestamp).toBe(Number.POSITIVE_INFINITY)
})

test('a record of another version, or a damaged one, is refused', () => {
  const run = new StoreRun<Suppressed>(spec)
  const record = {
    topic: 'log',
    partition: 0,
    offset: 4,
    key: utf8('k'),
    value: new Uint8Array(9),
    timestamp: 1,
  }
  expect(() => run.built.restore({ ...record, headers: version(9) })).toThrow(
    /log-0 offset 4: unknown version/,
  )
  expect(() => run.built.restore({ ...record, headers: version(3) })).toThrow(/9 bytes is damaged/)
})

test('at a commit it logs what changed: the last of each key, and what has gone', () => {
  const run = new StoreRun<Suppressed>(spec).at(5)
  const put = (key: string, at: number): void =>
    run.store.put(at, { key, newValue: 'n', oldValue: null, context: run.record })
  put('a', 1)
  put('b', 2)
  put('a', 3)
  expect(run.log).toEqual([])
  run.commit()
  expect(run.log.map(({ key, headers }) => `${hex(key)} ${headers.map((h) => h.key)}`)).toEqual([
    '61 v',
    '62 v',
  ])
  run.store.evictWhile(
    () => run.store.size > 1,
    () => {},
  )
  run.commit()
  expect(run.log.slice(2)).toMatchObject([{ key: utf8('a'), value: null, headers: [] }])
})
