import { describe, expectTypeOf, test } from 'vitest'
import { json, type KStream, long, string, topic, windowStore } from '../../src/index.ts'
import {
  builder,
  byNumber,
  counts,
  countTable,
  globalNames,
  later,
  names,
  numberTable,
  orders,
  orderTable,
} from './shop.ts'

const within = '5s'
const ofStore = { windowSize: '10s', retention: '10s', retainDuplicates: true } as const
const nameStore = windowStore('name-store', { key: string, value: string, ...ofStore })
const countStore = windowStore('count-store', { key: string, value: long, ...ofStore })

interface Place {
  readonly shop: string
  readonly shelf: number
}

const places = builder.globalTable(topic('places', { key: json<Place>(), value: string }))

describe('KStream', () => {
  test('join', () => {
    const withStream = names.join(counts, (name, count, key) => name.length + count + key.length, { within })
    expectTypeOf(withStream).toEqualTypeOf<KStream<string, number>>()
    names.join(counts, (name) => name, {
      within: 5,
      before: 0,
      after: '1m',
      grace: '1h',
      name: 'pairs',
      storeName: 'pairs',
      key: string,
      value: string,
      otherValue: long,
      store: { kind: 'memory', changelog: 'each' },
    })
    names.join(counts, (name) => name, { within, thisStore: nameStore, otherStore: countStore })
    const withTable = names.join(countTable, (name, count) => `${name} ${count}`, { grace: '1s' })
    expectTypeOf(withTable).toEqualTypeOf<KStream<string, string>>()
    const withGlobal = names.join(globalNames, (name, other) => [name, other] as const, {
      keyOf: (name, key) => (key === '' ? null : name.length),
    })
    expectTypeOf(withGlobal).toEqualTypeOf<KStream<string, readonly [string, string]>>()
  })

  test('join: streams', () => {
    // @ts-expect-error how far apart?
    names.join(counts, (name) => name)
    // @ts-expect-error keys of another type
    names.join(byNumber, (name) => name, { within })
    // @ts-expect-error an async joiner
    names.join(counts, async (name) => name, { within })
    // @ts-expect-error not a duration
    names.join(counts, (name) => name, { within: '5 seconds' })
    // @ts-expect-error the serde of another key
    names.join(counts, (name) => name, { within, key: long })
    // @ts-expect-error the left side's values are text
    names.join(counts, (name) => name, { within, value: long })
    // @ts-expect-error the right side's values are numbers
    names.join(counts, (name) => name, { within, otherValue: string })
    // @ts-expect-error the sides changed places
    names.join(counts, (name) => name, { within, thisStore: countStore })
    // @ts-expect-error streams are never joined by another key
    names.join(counts, (name) => name, { within, foreignKey: (name: string) => name })
    // @ts-expect-error a group is no stream
    names.join(counts.groupByKey(), (name) => name, { within })
  })

  test('join: tables', () => {
    // @ts-expect-error keys of another type
    names.join(numberTable, (name) => name)
    // @ts-expect-error an async joiner
    names.join(countTable, async (name) => name)
    // @ts-expect-error tables have no window
    names.join(countTable, (name) => name, { within })
    // @ts-expect-error a foreign key is for two tables
    names.join(countTable, (name) => name, { foreignKey: (name: string) => name })
    // @ts-expect-error a stream has no store for it
    names.join(countTable, (name) => name, { store: { name: 'joined' } })
    // @ts-expect-error values of the stream are text
    names.join(countTable, (name) => name, { value: long })
  })

  test('join: global tables', () => {
    // @ts-expect-error by which key?
    names.join(globalNames, (name) => name)
    // @ts-expect-error the table's keys are numbers
    names.join(globalNames, (name) => name, { keyOf: (_name, key) => key })
    // @ts-expect-error an async key
    names.join(globalNames, (name) => name, { keyOf: later })
    // @ts-expect-error a part of the key is missing
    names.join(places, (name) => name, { keyOf: (_name, key) => ({ shop: key }) })
    // @ts-expect-error an async joiner
    names.join(globalNames, async (name) => name, { keyOf: () => 1 })
    // @ts-expect-error nothing waits
    names.join(globalNames, (name) => name, { keyOf: () => 1, grace: '1s' })
  })

  test('leftJoin', () => {
    const withStream = names.leftJoin(counts, (name, count, key) => [key, name, count] as const, { within })
    expectTypeOf(withStream).toEqualTypeOf<KStream<string, readonly [string, string, number | null]>>()
    expectTypeOf(names.leftJoin(countTable, (_, count) => count)).toEqualTypeOf<
      KStream<string, number | null>
    >()
    const keyOf = (name: string): number => name.length
    expectTypeOf(names.leftJoin(globalNames, (_, other) => other, { keyOf })).toEqualTypeOf<
      KStream<string, string | null>
    >()
    // @ts-expect-error null must be thought of
    names.leftJoin(counts, (_, count) => count.toFixed(), { within })
    // @ts-expect-error null must be thought of
    names.leftJoin(countTable, (_, count) => count.toFixed())
    // @ts-expect-error null must be thought of
    names.leftJoin(globalNames, (_, other) => other.length, { keyOf })
    // @ts-expect-error an async joiner
    names.leftJoin(counts, async (name) => name, { within })
    // @ts-expect-error an async joiner
    names.leftJoin(countTable, async (name) => name)
    // @ts-expect-error an async joiner
    names.leftJoin(globalNames, async (name) => name, { keyOf })
    // @ts-expect-error keys of another type
    names.leftJoin(numberTable, (name) => name)
    // @ts-expect-error by which key?
    names.leftJoin(globalNames, (name) => name)
    // @ts-expect-error how far apart?
    names.leftJoin(counts, (name) => name)
  })

  test('outerJoin', () => {
    const all = names.outerJoin(counts, (name, count) => [name, count] as const, { within })
    expectTypeOf(all).toEqualTypeOf<KStream<string, readonly [string | null, number | null]>>()
    // @ts-expect-error null must be thought of, on the left too
    names.outerJoin(counts, (name) => name.length, { within })
    // @ts-expect-error an async joiner
    names.outerJoin(counts, async () => 1, { within })
    // @ts-expect-error how far apart?
    names.outerJoin(counts, () => 1)
    // @ts-expect-error a table waits for nobody
    names.outerJoin(countTable, () => 1, { within })
    // @ts-expect-error a global table waits for nobody
    names.outerJoin(globalNames, () => 1, { keyOf: () => 1 })
    // @ts-expect-error keys of another type
    orders.outerJoin(byNumber, () => 1, { within })
    // @ts-expect-error a table of the same keys is still no stream
    orders.outerJoin(orderTable, () => 1, { within })
  })
})
