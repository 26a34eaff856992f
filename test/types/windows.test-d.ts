import { describe, expectTypeOf, test } from 'vitest'
import {
  hopping,
  int64,
  json,
  type KTable,
  long,
  type SessionWindowedKStream,
  session,
  sliding,
  string,
  type TimeWindowedKStream,
  tumbling,
  unlimited,
  type Windowed,
} from '../../src/index.ts'
import { later, type Order, orders } from './shop.ts'

interface Sum {
  readonly items: readonly string[]
  readonly total: number
}

const sum = json<Sum>()
const grouped = orders.groupByKey()
const windowed = grouped.windowedBy(tumbling('1h'))
const sessions = grouped.windowedBy(session('1m', { grace: '1s' }))
const zero = (): number => 0
const plus = (one: number, two: unknown): number => one + Number(two)

describe('windows', () => {
  test('tumbling', () => {
    expectTypeOf(grouped.windowedBy(tumbling('1h', { grace: '1m' }))).toEqualTypeOf<
      TimeWindowedKStream<string, Order>
    >()
    // @ts-expect-error not a duration
    tumbling('5 minutes')
    // @ts-expect-error tumbling windows do not overlap
    tumbling('1h', { advance: '1m' })
    // @ts-expect-error grace is a duration
    tumbling('1h', { grace: 'long' })
    // @ts-expect-error a store retains, not a window
    tumbling('1h', { retention: '1d' })
  })

  test('hopping', () => {
    expectTypeOf(grouped.windowedBy(hopping('1h', { advance: '1m', grace: 5 }))).toEqualTypeOf<
      TimeWindowedKStream<string, Order>
    >()
    // @ts-expect-error a hop needs its advance
    hopping('1h', {})
    // @ts-expect-error a hop needs its advance
    hopping('1h')
  })

  test('sliding', () => {
    expectTypeOf(grouped.windowedBy(sliding('1m', { grace: '1s' }))).toEqualTypeOf<
      TimeWindowedKStream<string, Order>
    >()
    // @ts-expect-error they begin and end with records
    sliding('1m', { advance: '1s' })
    // @ts-expect-error how far apart?
    sliding()
  })

  test('session', () => {
    expectTypeOf(grouped.windowedBy(session('1m', { grace: '1s' }))).toEqualTypeOf<
      SessionWindowedKStream<string, Order>
    >()
    // @ts-expect-error after which gap?
    session({ grace: '1s' })
    // @ts-expect-error not a duration
    session('1 min')
  })

  test('unlimited', () => {
    expectTypeOf(grouped.windowedBy(unlimited({ startAt: 5 }))).toEqualTypeOf<
      TimeWindowedKStream<string, Order>
    >()
    // @ts-expect-error what never ends has no grace
    unlimited({ grace: '1s' })
    // @ts-expect-error nor a size
    unlimited('1h')
    // @ts-expect-error it begins at a time, in ms
    unlimited({ startAt: '1h' })
  })
})

describe('TimeWindowedKStream', () => {
  test('emitStrategy', () => {
    expectTypeOf(windowed.emitStrategy('both')).toEqualTypeOf<TimeWindowedKStream<string, Order>>()
    windowed.emitStrategy('close').count()
    // @ts-expect-error no such strategy
    windowed.emitStrategy('final')
    // @ts-expect-error tables emit as they were made
    windowed.count().emitStrategy('close')
  })

  test('count', () => {
    const counts = windowed.count({ name: 'n', store: { name: 's', retention: '1d', caching: false } })
    expectTypeOf(counts).toEqualTypeOf<KTable<Windowed<string>, number>>()
    // @ts-expect-error counts are numbers
    windowed.count({ value: int64 })
    // @ts-expect-error the serde is that of the key alone
    windowed.count({ key: long })
    // @ts-expect-error windows are not versioned
    windowed.count({ store: { versioned: { history: '1h' } } })
    // @ts-expect-error windows expire, they are not the least recently used
    windowed.count({ store: { maxEntries: 5 } })
    // @ts-expect-error the window has the grace
    windowed.count({ grace: '1m' })
  })

  test('reduce', () => {
    expectTypeOf(windowed.reduce((a, b) => (a.amount > b.amount ? a : b))).toEqualTypeOf<
      KTable<Windowed<string>, Order>
    >()
    // @ts-expect-error an async reducer
    windowed.reduce(async (a) => a)
    // @ts-expect-error a reducer keeps the type of the values
    windowed.reduce((a) => a.amount)
    // @ts-expect-error the serde of another value
    windowed.reduce((a) => a, { value: string })
  })

  test('aggregate', () => {
    const sums = windowed.aggregate(
      () => ({ items: [], total: 0 }),
      ({ items, total }, { amount }, id) => ({ items: [...items, id], total: total + amount }),
      { value: sum, store: { retention: '2h', timestamped: false } },
    )
    expectTypeOf(sums).toEqualTypeOf<KTable<Windowed<string>, Sum>>()
    // @ts-expect-error an async initializer
    windowed.aggregate(later, (total) => total)
    // @ts-expect-error an async adder
    windowed.aggregate(zero, async (total) => total)
    // @ts-expect-error the adder makes something else
    windowed.aggregate(zero, (total) => String(total))
    // @ts-expect-error the serde of another aggregate
    windowed.aggregate(zero, plus, { value: string })
    // @ts-expect-error these windows are never merged
    windowed.aggregate(zero, plus, { merge: plus })
  })
})

describe('SessionWindowedKStream', () => {
  test('emitStrategy', () => {
    expectTypeOf(sessions.emitStrategy('close')).toEqualTypeOf<SessionWindowedKStream<string, Order>>()
    // @ts-expect-error no such strategy
    sessions.emitStrategy('final')
  })

  test('count', () => {
    expectTypeOf(sessions.count({ store: { retention: '1h' } })).toEqualTypeOf<
      KTable<Windowed<string>, number>
    >()
    // @ts-expect-error counts are numbers
    sessions.count({ value: int64 })
    // @ts-expect-error sessions never have a time of their own
    sessions.count({ store: { timestamped: false } })
  })

  test('reduce', () => {
    expectTypeOf(sessions.reduce((a, b) => (a.amount > b.amount ? a : b))).toEqualTypeOf<
      KTable<Windowed<string>, Order>
    >()
    // @ts-expect-error an async reducer
    sessions.reduce(async (a) => a)
    // @ts-expect-error what combines values merges sessions
    sessions.reduce((a) => a, { merge: plus })
  })

  test('aggregate', () => {
    const sums = sessions.aggregate(
      () => ({ items: [], total: 0 }),
      ({ items, total }, { amount }, id) => ({ items: [...items, id], total: total + amount }),
      {
        value: sum,
        merge: (one, two, id) => ({ items: [...one.items, ...two.items, id], total: one.total + two.total }),
      },
    )
    expectTypeOf(sums).toEqualTypeOf<KTable<Windowed<string>, Sum>>()
    sessions.aggregate(zero, plus, { merge: () => null, value: long })
    // @ts-expect-error sessions that come together must become one
    sessions.aggregate(zero, plus)
    // @ts-expect-error sessions that come together must become one
    sessions.aggregate(zero, plus, { value: long })
    // @ts-expect-error an async merger
    sessions.aggregate(zero, plus, { merge: later })
    // @ts-expect-error a merger makes something else
    sessions.aggregate(zero, plus, { merge: String })
    // @ts-expect-error an async initializer
    sessions.aggregate(later, (total) => total, { merge: (one) => one })
    // @ts-expect-error an async adder
    sessions.aggregate(zero, async (total) => total, { merge: plus })
    // @ts-expect-error the serde of another aggregate
    sessions.aggregate(zero, plus, { merge: plus, value: string })
  })
})
