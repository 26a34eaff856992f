import { expectTypeOf, test } from 'vitest'
import { StreamsBuilder } from '../../src/dsl/builder.ts'
import { windowStore } from '../../src/dsl/stores.ts'
import type { KStream } from '../../src/dsl/stream.ts'
import { topic } from '../../src/dsl/topic.ts'
import { long, string } from '../../src/serde/scalars.ts'

const b = new StreamsBuilder()
const names = b.stream(topic('names', { key: string, value: string }))
const counts = b.stream(topic('counts', { key: string, value: long }))
const byNumber = b.stream(topic('by-number', { key: long, value: string }))
const table = b.table(topic('table', { key: string, value: long }))
const global = b.globalTable(topic('global', { key: long, value: string }))

test('streams join within a time, and the missing side is null', () => {
  expectTypeOf(names.join(counts, (l, r) => l.length + r, { within: '5s' })).toEqualTypeOf<
    KStream<string, number>
  >()
  expectTypeOf(names.leftJoin(counts, (l, r, k) => [k, l, r] as const, { within: 5 })).toEqualTypeOf<
    KStream<string, readonly [string, string, number | null]>
  >()
  expectTypeOf(names.outerJoin(counts, (l, r) => [l, r] as const, { within: 5 })).toEqualTypeOf<
    KStream<string, readonly [string | null, number | null]>
  >()
  // @ts-expect-error how far apart?
  names.join(counts, (l, r) => l.length + r)
  // @ts-expect-error null must be thought of
  names.leftJoin(counts, (_l, r) => r.toFixed(), { within: 5 })
  // @ts-expect-error keys of another type
  names.join(byNumber, (l, r) => l + r, { within: 5 })
  // @ts-expect-error a promise
  names.join(counts, async (l) => l, { within: 5 })
  // @ts-expect-error the right side's values are numbers
  names.join(counts, (l) => l, { within: 5, otherValue: string })
})

test('own stores fit the sides', () => {
  const options = { windowSize: 10, retention: 10, retainDuplicates: true }
  const ofNames = windowStore('names-store', { key: string, value: string, ...options })
  const ofCounts = windowStore('counts-store', { key: string, value: long, ...options })
  names.join(counts, (l) => l, { within: 5, thisStore: ofNames, otherStore: ofCounts })
  // @ts-expect-error the sides changed places
  names.join(counts, (l) => l, { within: 5, thisStore: ofCounts })
})

test('streams join tables', () => {
  expectTypeOf(names.join(table, (l, r) => l.length + r)).toEqualTypeOf<KStream<string, number>>()
  expectTypeOf(names.leftJoin(table, (_l, r) => r, { grace: '1s' })).toEqualTypeOf<
    KStream<string, number | null>
  >()
  // @ts-expect-error keys of another type
  byNumber.join(table, (l) => l)
  // @ts-expect-error tables have no window
  names.join(table, (l) => l, { within: 5 })
  // @ts-expect-error there is no outer join with a table
  names.outerJoin(table, (l) => l, { within: 5 })
  // @ts-expect-error a promise
  names.join(table, async (l) => l)
})

test('streams join global tables by a key made of the record', () => {
  const result = names.leftJoin(global, (l, r, key) => [l, r, key] as const, {
    keyOf: (_key, name) => name.length,
  })
  expectTypeOf(result).toEqualTypeOf<KStream<string, readonly [string, string | null, string]>>()
  names.join(global, (l, r) => l + r, { keyOf: () => null })
  // @ts-expect-error by which key?
  names.join(global, (l) => l)
  // @ts-expect-error the table's keys are numbers
  names.join(global, (l) => l, { keyOf: (key) => key })
})
