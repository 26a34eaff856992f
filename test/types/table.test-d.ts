import { expectTypeOf, test } from 'vitest'
import { StreamsBuilder } from '../../src/dsl/builder.ts'
import type { GlobalKTable } from '../../src/dsl/global-table.ts'
import type { KGroupedTable } from '../../src/dsl/grouped-table.ts'
import type { KStream } from '../../src/dsl/stream.ts'
import { untilTimeLimit, untilWindowCloses } from '../../src/dsl/suppressed.ts'
import type { KTable } from '../../src/dsl/table.ts'
import { topic } from '../../src/dsl/topic.ts'
import { tumbling } from '../../src/dsl/windows.ts'
import { field } from '../../src/expr/build.ts'
import { json } from '../../src/serde/json.ts'
import { long, string } from '../../src/serde/scalars.ts'

interface Order {
  readonly customer: string
  readonly amount: number
}

const orderTopic = topic('orders', { key: string, value: json<Order>() })
const builder = new StreamsBuilder()
const orders = builder.table(orderTopic)
const names = builder.table(topic('names', { key: string, value: string }))
const windowed = builder.stream(orderTopic).groupByKey().windowedBy(tumbling('5m')).count()

test('tables carry the types of their topics', () => {
  expectTypeOf(orders).toEqualTypeOf<KTable<string, Order>>()
  const nullable = topic('n', { key: string, value: json<Order>(), nullable: true })
  // Null deletes: it is no value of a table.
  expectTypeOf(builder.table(nullable)).toEqualTypeOf<KTable<string, Order>>()
  expectTypeOf(builder.globalTable(orderTopic)).toEqualTypeOf<GlobalKTable<string, Order>>()
  expectTypeOf(builder.stream(orderTopic).toTable()).toEqualTypeOf<KTable<string, Order>>()
})

test('filters and mappers', () => {
  expectTypeOf(orders.filter(({ amount }, id) => amount > id.length)).toEqualTypeOf<KTable<string, Order>>()
  orders.filter(field('amount').gt(0), { store: { name: 'large' } })
  const isText = (value: string | number): value is string => typeof value === 'string'
  const mixed = orders.mapValues(({ amount }): string | number => amount)
  expectTypeOf(mixed.filter(isText)).toEqualTypeOf<KTable<string, string>>()
  expectTypeOf(orders.mapValues(({ amount }) => amount, { value: long })).toEqualTypeOf<
    KTable<string, number>
  >()
  expectTypeOf(orders.mapValues({ who: field('customer') })).toEqualTypeOf<KTable<string, { who: string }>>()
  // What returns null deletes.
  expectTypeOf(orders.mapValues(({ amount }) => (amount > 0 ? amount : null))).toEqualTypeOf<
    KTable<string, number>
  >()
  // @ts-expect-error no such field
  orders.filter(field('nope').gt(0))
  // @ts-expect-error a promise is always true
  orders.filter(async () => true)
  // @ts-expect-error a promise is not a value
  orders.mapValues(async ({ amount }) => amount)
  // @ts-expect-error not a serde of the new values
  orders.mapValues(({ amount }) => amount, { value: string })
})

test('transformers', () => {
  const counted = orders.transformValues(
    () => ({ transform: (value, key, { timestamp }) => `${key}${value?.amount}${timestamp}` }),
    { value: string, store: { name: 'texts' }, stores: ['seen'] },
  )
  expectTypeOf(counted).toEqualTypeOf<KTable<string, string>>()
  // @ts-expect-error transformers cannot forward
  orders.transformValues({ transform: (_value, key, context) => context.forward(key) })
  // @ts-expect-error a promise is not a value
  orders.transformValues({ transform: async () => 1 })
})

test('streams of updates', () => {
  expectTypeOf(orders.toStream({ name: 'updates' })).toEqualTypeOf<KStream<string, Order | null>>()
  const byCustomer = orders.toStream((value) => value?.customer ?? 'nobody', { key: string })
  expectTypeOf(byCustomer).toEqualTypeOf<KStream<string, Order | null>>()
  // @ts-expect-error deletions have no value
  orders.toStream((value) => value.customer)
  // @ts-expect-error a topic of another type
  orders.toStream().to(topic('out', { key: string, value: string }))
})

test('only windows close', () => {
  windowed.suppress(untilWindowCloses({ maxBytes: 1_000_000 }), { name: 'final' })
  windowed.suppress(untilTimeLimit('5s'))
  orders.suppress(untilTimeLimit('5s', { maxRecords: 10, onFull: 'shut-down' }))
  // @ts-expect-error not a table of windows
  orders.suppress(untilWindowCloses())
  // @ts-expect-error a result that comes early is not final
  windowed.suppress(untilWindowCloses({ maxRecords: 10, onFull: 'emit-early' }))
})

test('groups', () => {
  const grouped = orders.groupBy(({ customer, amount }) => [customer, amount], { key: string, value: long })
  expectTypeOf(grouped).toEqualTypeOf<KGroupedTable<string, number>>()
  expectTypeOf(grouped.count()).toEqualTypeOf<KTable<string, number>>()
  const add = (sum: number, amount: number) => sum + amount
  const subtract = (sum: number, amount: number) => sum - amount
  expectTypeOf(grouped.reduce(add, subtract)).toEqualTypeOf<KTable<string, number>>()
  const text = (aggregate: string, value: number) => aggregate + value
  expectTypeOf(grouped.aggregate(() => '', text, text, { value: string })).toEqualTypeOf<
    KTable<string, string>
  >()
  // @ts-expect-error not a pair
  orders.groupBy(({ customer }) => customer)
  // @ts-expect-error a promise is not a pair
  orders.groupBy(async ({ customer, amount }) => [customer, amount])
  // @ts-expect-error not a serde of the groups' keys
  orders.groupBy(({ customer, amount }) => [customer, amount], { key: long })
  // @ts-expect-error a promise is not a value
  grouped.reduce(async (sum, amount) => sum + amount, subtract)
  // @ts-expect-error the aggregate is a number
  grouped.aggregate(() => 0, text, text)
  // @ts-expect-error no subtractor
  grouped.reduce(add)
})

test('joins of tables', () => {
  const joined = orders.join(names, ({ amount }, name, id) => `${id}${name}${amount}`, { value: string })
  expectTypeOf(joined).toEqualTypeOf<KTable<string, string>>()
  orders.leftJoin(names, (_order, name) => expectTypeOf(name).toEqualTypeOf<string | null>())
  orders.outerJoin(names, (order) => expectTypeOf(order).toEqualTypeOf<Order | null>())
  const foreign = orders.join(names, ({ amount }, name) => name.length + amount, {
    foreignKey: ({ customer }) => customer,
    value: long,
  })
  expectTypeOf(foreign).toEqualTypeOf<KTable<string, number>>()
  const numbered = builder.table(topic('numbers', { key: long, value: string }))
  // @ts-expect-error keys of another type
  orders.join(numbered, () => 1)
  // @ts-expect-error the other table's keys are numbers
  orders.join(numbered, () => 1, { foreignKey: ({ customer }) => customer })
  // @ts-expect-error a promise is not a value
  orders.join(names, async () => 1)
  // @ts-expect-error a promise is not a key
  orders.join(names, () => 1, { foreignKey: async ({ customer }) => customer })
  // @ts-expect-error a promise is not a value
  orders.join(names, async () => 1, { foreignKey: ({ customer }) => customer })
})
