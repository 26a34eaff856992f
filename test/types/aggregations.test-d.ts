import { describe, expectTypeOf, test } from 'vitest'
import {
  type CogroupedKStream,
  int64,
  json,
  type KGroupedStream,
  type KTable,
  long,
  nothing,
  type SessionWindowedKStream,
  session,
  sliding,
  string,
  type TimeWindowedKStream,
  tumbling,
} from '../../src/index.ts'
import { later, names, type Order, orders, orderTable } from './shop.ts'

interface Sum {
  readonly items: readonly string[]
  readonly total: number
}

const sum = json<Sum>()
const grouped = orders.groupByKey()
const zero = (): number => 0
const plus = (one: number, two: unknown): number => one + Number(two)

test('groups of other types are other types', () => {
  expectTypeOf<KGroupedStream<string, number>>().not.toExtend<KGroupedStream<number, number>>()
  expectTypeOf<KGroupedStream<string, number>>().not.toExtend<KGroupedStream<string, string>>()
})

describe('KGroupedStream', () => {
  test('count', () => {
    expectTypeOf(grouped.count({ name: 'n', store: { name: 's', maxEntries: 5 } })).toEqualTypeOf<
      KTable<string, number>
    >()
    // @ts-expect-error counts are numbers
    grouped.count({ value: int64 })
    // @ts-expect-error the serde of another key
    grouped.count({ key: long })
    // @ts-expect-error only windows are retained
    grouped.count({ store: { retention: '1h' } })
    // @ts-expect-error only windows have grace
    grouped.count({ grace: '1h' })
  })

  test('reduce', () => {
    expectTypeOf(grouped.reduce((a, b) => (a.amount > b.amount ? a : b))).toEqualTypeOf<
      KTable<string, Order>
    >()
    grouped.reduce(() => null)
    // @ts-expect-error an async reducer
    grouped.reduce(async (a) => a)
    // @ts-expect-error a reducer keeps the type of the values
    grouped.reduce((a) => a.amount)
    // @ts-expect-error the serde of another value
    grouped.reduce((a) => a, { value: string })
  })

  test('aggregate', () => {
    const total = grouped.aggregate(zero, (sum, { amount }, id) => sum + amount + id.length, { value: long })
    expectTypeOf(total).toEqualTypeOf<KTable<string, number>>()
    // Its type is that of the serde, if what it begins as says less.
    const sums = grouped.aggregate(
      () => ({ items: [], total: 0 }),
      ({ items, total }, { amount }, id) => ({ items: [...items, id], total: total + amount }),
      { value: sum, name: 'sums', store: { name: 's', caching: false } },
    )
    expectTypeOf(sums).toEqualTypeOf<KTable<string, Sum>>()
    const text = grouped.aggregate<string | null>(
      () => null,
      (all, { customer }) => (all ?? '') + customer,
      { value: string },
    )
    expectTypeOf(text).toEqualTypeOf<KTable<string, string>>()
    grouped.aggregate(zero, () => null, { value: long })
    // @ts-expect-error an async adder
    grouped.aggregate(zero, async (total) => total + 1)
    // @ts-expect-error an async initializer
    grouped.aggregate(later, (total) => total)
    // @ts-expect-error the adder makes something else
    grouped.aggregate(zero, (total) => String(total))
    // @ts-expect-error the serde of another aggregate
    grouped.aggregate(zero, (total) => total, { value: string })
    // @ts-expect-error only sessions come together
    grouped.aggregate(zero, plus, { merge: plus })
  })

  test('windowedBy', () => {
    expectTypeOf(grouped.windowedBy(tumbling('1h'))).toEqualTypeOf<TimeWindowedKStream<string, Order>>()
    expectTypeOf(grouped.windowedBy(session('1h'))).toEqualTypeOf<SessionWindowedKStream<string, Order>>()
    // @ts-expect-error windows of which kind?
    grouped.windowedBy('1h')
    // @ts-expect-error join windows divide no group
    grouped.windowedBy({ kind: 'join', beforeMs: 1, afterMs: 1, graceMs: 0, spuriousResults: false })
    // @ts-expect-error windows are not divided once more
    grouped.windowedBy(tumbling('1h')).windowedBy(tumbling('1m'))
    // @ts-expect-error tables have no windows
    orderTable.groupBy((order, id) => [id, order]).windowedBy(tumbling('1h'))
  })

  test('cogroup', () => {
    const cogrouped = grouped
      .cogroup<number>((total, { amount }, id) => total + amount + id.length)
      .cogroup(names.groupByKey(), (total, name) => total + name.length)
    expectTypeOf(cogrouped).toEqualTypeOf<CogroupedKStream<string, number>>()
    // @ts-expect-error an async adder
    grouped.cogroup(async (total: number) => total)
    // @ts-expect-error the aggregate is a number
    grouped.cogroup<number>((total) => String(total))
    // @ts-expect-error a cogroup is divided as a whole
    grouped.windowedBy(sliding('1h')).cogroup(plus)
  })
})

describe('KGroupedTable', () => {
  const groups = orderTable.groupBy(({ customer, amount }) => [customer, amount], {
    key: string,
    value: long,
  })
  const minus = (one: number, two: number): number => one - two
  const text = (all: string, amount: number): string => all + amount

  test('count', () => {
    expectTypeOf(groups.count({ store: { name: 'n' } })).toEqualTypeOf<KTable<string, number>>()
    // @ts-expect-error counts are numbers
    groups.count({ value: int64 })
    // @ts-expect-error only windows are retained
    groups.count({ store: { retention: '1h' } })
  })

  test('reduce', () => {
    expectTypeOf(groups.reduce(plus, minus, { value: long })).toEqualTypeOf<KTable<string, number>>()
    groups.reduce(plus, () => null)
    // @ts-expect-error how is an old value taken out?
    groups.reduce(plus)
    // @ts-expect-error an async adder
    groups.reduce(async (total) => total, minus)
    // @ts-expect-error an async subtractor
    groups.reduce(plus, async (total) => total)
    // @ts-expect-error a reducer keeps the type of the values
    groups.reduce(String, minus)
    // @ts-expect-error the serde of another value
    groups.reduce(plus, minus, { value: string })
  })

  test('aggregate', () => {
    expectTypeOf(groups.aggregate(() => '', text, text, { value: string })).toEqualTypeOf<
      KTable<string, string>
    >()
    groups.aggregate(
      zero,
      (total, amount, key) => total + amount + key.length,
      () => null,
    )
    // @ts-expect-error how is an old value taken out?
    groups.aggregate(zero, plus)
    // @ts-expect-error an async initializer
    groups.aggregate(
      later,
      (total) => total,
      (total) => total,
    )
    // @ts-expect-error an async adder
    groups.aggregate(zero, async (total) => total, minus)
    // @ts-expect-error an async subtractor
    groups.aggregate(zero, plus, later)
    // @ts-expect-error the aggregate is a number
    groups.aggregate(zero, text, text)
    // @ts-expect-error the serde of another aggregate
    groups.aggregate(zero, plus, minus, { value: nothing, key: long })
  })
})
