import { describe, expectTypeOf, test } from 'vitest'
import {
  field,
  type GlobalKTable,
  type KGroupedTable,
  type KStream,
  type KTable,
  keyValueStore,
  long,
  string,
  untilTimeLimit,
  untilWindowCloses,
  type Windowed,
} from '../../src/index.ts'
import {
  countTopic,
  globalNames,
  later,
  nameTable,
  nameTopic,
  type Order,
  orders,
  orderTable,
  windowedTable,
} from './shop.ts'

const seen = keyValueStore('seen', { key: string, value: long })

test('tables of other types are other types', () => {
  expectTypeOf<KTable<Windowed<string>, number>>().not.toExtend<KTable<string, number>>()
  expectTypeOf<KTable<string, number>>().not.toExtend<KTable<Windowed<string>, number>>()
  expectTypeOf<KTable<string, number>>().not.toExtend<KTable<string, string>>()
})

describe('KTable', () => {
  test('store', () => {
    expectTypeOf(orderTable.store.name).toEqualTypeOf<string>()
    // @ts-expect-error it is given where the table is made
    orderTable.store = windowedTable.store
  })

  test('queryableStoreName', () => {
    expectTypeOf(orderTable.queryableStoreName).toEqualTypeOf<string | undefined>()
    // @ts-expect-error it is given where the table is made
    orderTable.queryableStoreName = 'orders'
  })

  test('filter', () => {
    expectTypeOf(orderTable.filter((order, id) => order.customer === id)).toEqualTypeOf<
      KTable<string, Order>
    >()
    orderTable.filter(field('amount').gt(0), { store: { name: 'large', caching: false } })
    const isText = (value: string | number): value is string => typeof value === 'string'
    const mixed = orderTable.mapValues(({ amount }): string | number => amount)
    expectTypeOf(mixed.filter(isText, { value: string })).toEqualTypeOf<KTable<string, string>>()
    // @ts-expect-error a promise is always true
    orderTable.filter(async () => true)
    // @ts-expect-error no such field
    orderTable.filter(field('price').gt(0))
    // @ts-expect-error the serde of another value
    orderTable.filter(() => true, { value: string })
    // @ts-expect-error only windows are retained
    orderTable.filter(() => true, { store: { retention: '1h' } })
  })

  test('filterNot', () => {
    expectTypeOf(orderTable.filterNot(field('amount').gt(0))).toEqualTypeOf<KTable<string, Order>>()
    expectTypeOf(orderTable.filterNot((order) => order.amount > 0)).toEqualTypeOf<KTable<string, Order>>()
    // @ts-expect-error a promise is always true
    orderTable.filterNot(async () => true)
    // @ts-expect-error the serde of another key
    orderTable.filterNot(() => true, { key: long })
    // @ts-expect-error no such option
    orderTable.filterNot(() => true, { storeName: 'x' })
  })

  test('mapValues', () => {
    const amounts = orderTable.mapValues(({ amount }) => amount, { value: long, store: { name: 'amounts' } })
    expectTypeOf(amounts).toEqualTypeOf<KTable<string, number>>()
    expectTypeOf(orderTable.mapValues({ who: field('customer') })).toEqualTypeOf<
      KTable<string, { who: string }>
    >()
    // What returns null deletes.
    expectTypeOf(orderTable.mapValues(({ amount }) => (amount > 0 ? amount : null))).toEqualTypeOf<
      KTable<string, number>
    >()
    // @ts-expect-error an async mapper
    orderTable.mapValues(async ({ amount }) => amount)
    // @ts-expect-error the serde of another value
    orderTable.mapValues(({ amount }) => amount, { value: string })
    // @ts-expect-error no such field
    orderTable.mapValues({ who: field('buyer') })
  })

  test('transformValues', () => {
    const counted = orderTable.transformValues(
      () => ({
        transform: (order, key, { store, timestamp }) =>
          `${store(seen).get(key)}${order?.amount}${timestamp}`,
      }),
      { value: string, store: { name: 'texts' }, stores: [seen] },
    )
    expectTypeOf(counted).toEqualTypeOf<KTable<string, string>>()
    // @ts-expect-error deletions have no value
    orderTable.transformValues({ transform: (order) => order.amount })
    // @ts-expect-error transformers cannot forward
    orderTable.transformValues({ transform: (_, key, context) => context.forward(key) })
    // @ts-expect-error an async transformer
    orderTable.transformValues({ transform: async () => 1 })
    // @ts-expect-error nobody would wait
    orderTable.transformValues({ init: later, transform: () => 1 })
    // @ts-expect-error the serde of another value
    orderTable.transformValues({ transform: () => 1 }, { value: string })
    // @ts-expect-error not a store
    orderTable.transformValues({ transform: () => 1 }, { stores: [1] })
  })

  test('toStream', () => {
    expectTypeOf(orderTable.toStream({ name: 'updates' })).toEqualTypeOf<KStream<string, Order | null>>()
    const byAmount = orderTable.toStream((order) => order?.amount ?? 0, { key: long })
    expectTypeOf(byAmount).toEqualTypeOf<KStream<number, Order | null>>()
    expectTypeOf(orderTable.toStream((order, id) => order?.customer ?? id)).toEqualTypeOf<
      KStream<string, Order | null>
    >()
    expectTypeOf(windowedTable.toStream()).toEqualTypeOf<KStream<Windowed<string>, number | null>>()
    orderTable
      .mapValues(({ amount }) => amount)
      .toStream()
      .to(countTopic)
    // @ts-expect-error deletions have no value
    orderTable.toStream((order) => order.amount)
    // @ts-expect-error an async selector
    orderTable.toStream(async () => 1)
    // @ts-expect-error the serde of another key
    orderTable.toStream(() => 1, { key: string })
    // @ts-expect-error a topic of other values
    orderTable.toStream().to(nameTopic)
    // @ts-expect-error tables have no sink of their own
    nameTable.to(nameTopic)
  })

  test('suppress', () => {
    const final = windowedTable.suppress(untilWindowCloses({ maxBytes: 1e6 }), { name: 'final' })
    expectTypeOf(final).toEqualTypeOf<KTable<Windowed<string>, number>>()
    expectTypeOf(orderTable.suppress(untilTimeLimit('5m'))).toEqualTypeOf<KTable<string, Order>>()
    windowedTable.suppress(untilTimeLimit('5m', { maxRecords: 1000, onFull: 'emit-early' }))
    // @ts-expect-error a plain table has no windows that close
    orderTable.suppress(untilWindowCloses())
    // @ts-expect-error when?
    windowedTable.suppress()
    // @ts-expect-error a duration alone does not say from when
    windowedTable.suppress('5m')
    // @ts-expect-error the buffer's options are those of the suppression
    windowedTable.suppress(untilWindowCloses(), { maxBytes: 1e6 })
    // @ts-expect-error streams have no updates to hold back
    windowedTable.toStream().suppress(untilWindowCloses())
  })

  test('groupBy', () => {
    const grouped = orderTable.groupBy((order, id) => [order.amount, id], { key: long, value: string })
    expectTypeOf(grouped).toEqualTypeOf<KGroupedTable<number, string>>()
    // Null for either leaves the row out.
    expectTypeOf(orderTable.groupBy((order) => [order.coupon ?? null, order.amount || null])).toEqualTypeOf<
      KGroupedTable<string, number>
    >()
    // @ts-expect-error a pair is needed
    orderTable.groupBy((order) => order.customer)
    // @ts-expect-error an async selector
    orderTable.groupBy(async (order) => [order.customer, 1])
    // @ts-expect-error a promise in place of the value
    orderTable.groupBy((order) => [order.customer, later()])
    // @ts-expect-error the serde of another key
    orderTable.groupBy((order) => [order.customer, 1], { key: long })
    // @ts-expect-error the serde of another value
    orderTable.groupBy((order) => [order.customer, 1], { value: string })
    // @ts-expect-error fields of one alone do not say the value
    orderTable.groupBy(field('customer'))
    // @ts-expect-error rows have one key already
    orderTable.groupByKey()
  })
})

describe('GlobalKTable', () => {
  test('store', () => {
    expectTypeOf(globalNames).toEqualTypeOf<GlobalKTable<number, string>>()
    expectTypeOf(globalNames.store.name).toEqualTypeOf<string>()
    // @ts-expect-error it is given where the table is made
    globalNames.store = orderTable.store
  })

  test('queryableStoreName', () => {
    expectTypeOf(globalNames.queryableStoreName).toEqualTypeOf<string>()
    // @ts-expect-error a global table has no updates
    globalNames.toStream()
    // @ts-expect-error streams are joined with it, not it with them
    globalNames.join(orders, () => 1)
  })
})

describe('suppressions', () => {
  test('untilWindowCloses', () => {
    expectTypeOf(untilWindowCloses).returns.toHaveProperty('until')
    untilWindowCloses({ maxRecords: 1, onFull: 'shut-down', changelog: false })
    // @ts-expect-error a result that comes early is not final
    untilWindowCloses({ maxRecords: 10, onFull: 'emit-early' })
    // @ts-expect-error the windows say when
    untilWindowCloses('5m')
  })

  test('untilTimeLimit', () => {
    expectTypeOf(untilTimeLimit('5m')).toExtend<{ readonly limitMs: number | undefined }>()
    // @ts-expect-error not a duration
    untilTimeLimit('soon')
    // @ts-expect-error how long?
    untilTimeLimit({ maxRecords: 1 })
    // @ts-expect-error nothing else happens when it is full
    untilTimeLimit('5m', { onFull: 'drop' })
  })
})
