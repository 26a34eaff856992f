import { expectTypeOf, test } from 'vitest'
import { StreamsBuilder } from '../../src/dsl/builder.ts'
import type { CogroupedKStream } from '../../src/dsl/cogrouped.ts'
import type { KGroupedStream } from '../../src/dsl/grouped.ts'
import type { SessionWindowedKStream } from '../../src/dsl/session-windowed.ts'
import type { KTable } from '../../src/dsl/table.ts'
import { topic } from '../../src/dsl/topic.ts'
import type { TimeWindowedKStream } from '../../src/dsl/windowed.ts'
import { hopping, session, sliding, tumbling, unlimited } from '../../src/dsl/windows.ts'
import { json } from '../../src/serde/json.ts'
import { int64, long, string } from '../../src/serde/scalars.ts'
import type { Windowed } from '../../src/serde/windowed.ts'

interface Order {
  readonly item: string
  readonly amount: number
}

interface Sum {
  readonly items: readonly string[]
  readonly total: number
}

const orders = topic('orders', { key: string, value: json<Order>() })
const words = topic('words', { key: string, value: string })
const grouped = new StreamsBuilder().stream(orders).groupByKey()
const groupedWords = new StreamsBuilder().stream(words).groupByKey()
const sum = json<Sum>()
const zero = (): number => 0
const later = async (): Promise<number> => 0
const plus = (one: number, two: unknown): number => one + Number(two)

test('aggregates take the type of what they begin as and of their serde', () => {
  expectTypeOf(
    grouped.aggregate(
      () => 0,
      (total, { amount }) => total + amount,
      { value: long },
    ),
  ).toEqualTypeOf<KTable<string, number>>()
  const sums = grouped.aggregate(
    () => ({ items: [], total: 0 }),
    ({ items, total }, { item, amount }, key) => ({ items: [...items, item, key], total: total + amount }),
    { value: sum, name: 'sums', store: { name: 's', caching: false } },
  )
  expectTypeOf(sums).toEqualTypeOf<KTable<string, Sum>>()
  expectTypeOf(grouped.reduce((a, b) => (a.amount > b.amount ? a : b))).toEqualTypeOf<KTable<string, Order>>()
  grouped.reduce(() => null)
  grouped.aggregate(
    () => 0,
    () => null,
    { value: long },
  )
  grouped.aggregate<string | null>(
    () => null,
    (all, { item }) => (all ?? '') + item,
    { value: string },
  )
})

test('wrong aggregations do not compile', () => {
  // @ts-expect-error a reducer must be synchronous
  grouped.reduce(async (a) => a)
  // @ts-expect-error a reducer keeps the type of the values
  grouped.reduce((a) => a.amount)
  // @ts-expect-error an adder must be synchronous
  grouped.aggregate(zero, async (total) => total + 1)
  // @ts-expect-error an initializer must be synchronous
  grouped.aggregate(later, (total) => total)
  // @ts-expect-error the serde of another type
  grouped.aggregate(zero, (total) => total, { value: string })
  // @ts-expect-error counts are numbers
  grouped.count({ value: int64 })
  // @ts-expect-error the serde of another key
  grouped.count({ key: long })
  // @ts-expect-error only windows are retained
  grouped.count({ store: { retention: '1h' } })
  // @ts-expect-error windows are not versioned
  grouped.windowedBy(tumbling('1h')).count({ store: { versioned: { history: '1h' } } })
})

test('windows say what kind of stream there is', () => {
  for (const windows of [tumbling('1h'), hopping('1h', { advance: '1m', grace: 5 })]) {
    expectTypeOf(grouped.windowedBy(windows)).toEqualTypeOf<TimeWindowedKStream<string, Order>>()
  }
  expectTypeOf(grouped.windowedBy(sliding('1m'))).toEqualTypeOf<TimeWindowedKStream<string, Order>>()
  expectTypeOf(grouped.windowedBy(unlimited({ startAt: 5 }))).toEqualTypeOf<
    TimeWindowedKStream<string, Order>
  >()
  expectTypeOf(grouped.windowedBy(session('1m'))).toEqualTypeOf<SessionWindowedKStream<string, Order>>()
  const final = grouped
    .windowedBy(sliding('1m'))
    .emitStrategy('both')
    .reduce((a) => a, { store: { retention: '1h' } })
  expectTypeOf(final).toEqualTypeOf<KTable<Windowed<string>, Order>>()
  // @ts-expect-error a hop needs its advance
  hopping('1h', {})
  // @ts-expect-error tumbling windows do not overlap
  tumbling('1h', { advance: '1m' })
  // @ts-expect-error join windows divide no group
  grouped.windowedBy({ kind: 'join', beforeMs: 1, afterMs: 1, graceMs: 0, spuriousResults: false })
  // @ts-expect-error no such strategy
  grouped.windowedBy(tumbling('1h')).emitStrategy('final')
})

test('sessions are merged', () => {
  const sessions = grouped.windowedBy(session('1m', { grace: '1s' }))
  const sums = sessions.aggregate(
    () => ({ items: [], total: 0 }),
    ({ items, total }, { item }) => ({ items: [...items, item], total }),
    {
      value: sum,
      merge: (one, two) => ({ items: [...one.items, ...two.items], total: one.total + two.total }),
    },
  )
  expectTypeOf(sums).toEqualTypeOf<KTable<Windowed<string>, Sum>>()
  sessions.aggregate(zero, plus, { merge: plus, value: long })
  // @ts-expect-error sessions that come together must become one
  sessions.aggregate(zero, plus, { value: long })
  // @ts-expect-error a merger must be synchronous
  sessions.aggregate(zero, plus, { merge: async (one) => one })
  // @ts-expect-error other windows are never merged
  grouped.windowedBy(tumbling('1h')).aggregate(zero, plus, { merge: plus })
})

test('groups of one key are aggregated together', () => {
  const cogrouped = grouped
    .cogroup<number>((total, { amount }) => total + amount)
    .cogroup(groupedWords, (total, word) => total + word.length)
  expectTypeOf(cogrouped).toEqualTypeOf<CogroupedKStream<string, number>>()
  expectTypeOf(cogrouped.aggregate(zero, { value: long })).toEqualTypeOf<KTable<string, number>>()
  const windowed = cogrouped.windowedBy(sliding(5)).aggregate(zero, { value: long })
  expectTypeOf(windowed).toEqualTypeOf<KTable<Windowed<string>, number>>()
  const sessions = cogrouped.windowedBy(session(5))
  expectTypeOf(sessions.aggregate(zero, { merge: plus })).toEqualTypeOf<KTable<Windowed<string>, number>>()
  // @ts-expect-error sessions that come together must become one
  sessions.aggregate(zero, { value: long })
  // @ts-expect-error an adder must be synchronous
  grouped.cogroup(async (total: number) => total)
  // @ts-expect-error another aggregate
  cogrouped.cogroup(groupedWords, (_, word) => word)
  // @ts-expect-error another key
  cogrouped.cogroup({} as KGroupedStream<number, string>, (total) => total)
  // @ts-expect-error the aggregate begins as another type
  cogrouped.aggregate(() => '', { value: long })
  // @ts-expect-error the serde of another type
  cogrouped.aggregate(zero, { value: string })
})
