import { describe, expectTypeOf, test } from 'vitest'
import {
  type CogroupedKStream,
  hopping,
  type KTable,
  long,
  type SessionWindowedCogroupedKStream,
  session,
  sliding,
  string,
  type TimeWindowedCogroupedKStream,
  tumbling,
  unlimited,
  type Windowed,
} from '../../src/index.ts'
import { byNumber, later, names, orders, orderTable } from './shop.ts'

const cogrouped = orders.groupByKey().cogroup<number>((total, { amount }) => total + amount)
const words = names.groupByKey()
const rows = orderTable.groupBy((order, id) => [id, order])
const zero = (): number => 0
const plus = (one: number, two: unknown): number => one + Number(two)

test('cogroups of other types are other types', () => {
  expectTypeOf<CogroupedKStream<string, number>>().not.toExtend<CogroupedKStream<number, number>>()
  expectTypeOf<CogroupedKStream<string, number>>().not.toExtend<CogroupedKStream<string, string>>()
})

describe('CogroupedKStream', () => {
  test('cogroup', () => {
    expectTypeOf(
      cogrouped.cogroup(words, (total, word, id) => total + word.length + id.length),
    ).toEqualTypeOf<CogroupedKStream<string, number>>()
    // @ts-expect-error an async adder
    cogrouped.cogroup(words, async (total) => total)
    // @ts-expect-error another aggregate
    cogrouped.cogroup(words, (_, word) => word)
    // @ts-expect-error another key
    cogrouped.cogroup(byNumber.groupByKey(), (total) => total)
    // @ts-expect-error a stream has no groups yet
    cogrouped.cogroup(names, (total) => total)
    // @ts-expect-error groups of a table's rows are none of records
    cogrouped.cogroup(rows, plus)
  })

  test('aggregate', () => {
    expectTypeOf(cogrouped.aggregate(zero, { value: long, store: { name: 's' } })).toEqualTypeOf<
      KTable<string, number>
    >()
    // @ts-expect-error the aggregate begins as another type
    cogrouped.aggregate(() => '')
    // @ts-expect-error an async initializer
    cogrouped.aggregate(later)
    // @ts-expect-error the serde of another aggregate
    cogrouped.aggregate(zero, { value: string })
    // @ts-expect-error only windows are retained
    cogrouped.aggregate(zero, { store: { retention: '1h' } })
    // @ts-expect-error each group has its adder already
    cogrouped.aggregate(zero, plus)
  })

  test('windowedBy', () => {
    for (const windows of [tumbling('1h'), hopping('1h', { advance: '1m' }), sliding('1m'), unlimited()])
      expectTypeOf(cogrouped.windowedBy(windows)).toEqualTypeOf<
        TimeWindowedCogroupedKStream<string, number>
      >()
    expectTypeOf(cogrouped.windowedBy(session('1m'))).toEqualTypeOf<
      SessionWindowedCogroupedKStream<string, number>
    >()
    // @ts-expect-error windows of which kind?
    cogrouped.windowedBy('1h')
    // @ts-expect-error the groups are complete
    cogrouped.windowedBy(sliding('1m')).cogroup(words, plus)
  })
})

describe('TimeWindowedCogroupedKStream', () => {
  const windowed = cogrouped.windowedBy(sliding('1m'))

  test('aggregate', () => {
    expectTypeOf(windowed.aggregate(zero, { value: long, store: { retention: '1d' } })).toEqualTypeOf<
      KTable<Windowed<string>, number>
    >()
    // @ts-expect-error an async initializer
    windowed.aggregate(later)
    // @ts-expect-error the aggregate begins as another type
    windowed.aggregate(() => '')
    // @ts-expect-error the serde of another aggregate
    windowed.aggregate(zero, { value: string })
    // @ts-expect-error these windows are never merged
    windowed.aggregate(zero, { merge: plus })
    // @ts-expect-error windows are not versioned
    windowed.aggregate(zero, { store: { versioned: { history: '1h' } } })
  })
})

describe('SessionWindowedCogroupedKStream', () => {
  const sessions = cogrouped.windowedBy(session('1m'))

  test('aggregate', () => {
    expectTypeOf(sessions.aggregate(zero, { merge: plus, value: long })).toEqualTypeOf<
      KTable<Windowed<string>, number>
    >()
    // @ts-expect-error sessions that come together must become one
    sessions.aggregate(zero, { value: long })
    // @ts-expect-error sessions that come together must become one
    sessions.aggregate(zero)
    // @ts-expect-error an async merger
    sessions.aggregate(zero, { merge: later })
    // @ts-expect-error an async initializer
    sessions.aggregate(later, { merge: plus })
    // @ts-expect-error the serde of another aggregate
    sessions.aggregate(zero, { merge: plus, value: string })
  })
})
