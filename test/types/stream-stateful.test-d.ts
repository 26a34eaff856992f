import { describe, expectTypeOf, test } from 'vitest'
import {
  field,
  float64,
  json,
  type KGroupedStream,
  type KStream,
  type KTable,
  keyValueStore,
  long,
  nothing,
  type StreamRecord,
  string,
  topic,
} from '../../src/index.ts'
import { builder, later, names, type Order, orders } from './shop.ts'

const seen = keyValueStore('seen', { key: string, value: long })
const nullable = builder.stream(topic('n', { key: string, value: json<Order>(), nullable: true }))

describe('KStream', () => {
  test('repartition', () => {
    const moved = orders.repartition({
      name: 'moved',
      partitions: 4,
      key: string,
      value: json<Order>(),
      partitioner: (_topic, key, order, count) => (key.length + order.amount) % count,
    })
    expectTypeOf(moved).toEqualTypeOf<KStream<string, Order>>()
    // @ts-expect-error the serde of another key
    orders.repartition({ key: long })
    // @ts-expect-error the serde of another value
    orders.repartition({ value: string })
    // @ts-expect-error an async partitioner
    orders.repartition({ partitioner: later })
    // @ts-expect-error a number of partitions
    orders.repartition({ partitions: '4' })
    // @ts-expect-error its topic is named by the name
    orders.repartition({ topic: 'moved' })
  })

  test('toTable', () => {
    expectTypeOf(orders.toTable({ store: { name: 'latest' } })).toEqualTypeOf<KTable<string, Order>>()
    // Null deletes: it is no value of a table.
    expectTypeOf(nullable.toTable()).toEqualTypeOf<KTable<string, Order>>()
    // @ts-expect-error the serde of another value
    orders.toTable({ value: string })
    // @ts-expect-error only windows are retained
    orders.toTable({ store: { retention: '1h' } })
    // @ts-expect-error no such kind of store
    orders.toTable({ store: { kind: 'disk' } })
    // @ts-expect-error versions need a history
    orders.toTable({ store: { versioned: {} } })
  })

  test('groupByKey', () => {
    expectTypeOf(orders.groupByKey()).toEqualTypeOf<KGroupedStream<string, Order>>()
    names.groupByKey({ name: 'group', key: string, value: string })
    // @ts-expect-error the serde of another key
    names.groupByKey({ key: long })
    // @ts-expect-error the serde of another value
    names.groupByKey({ value: long })
    // @ts-expect-error a group has no store, its aggregation has
    names.groupByKey({ store: { name: 'group' } })
  })

  test('groupBy', () => {
    expectTypeOf(orders.groupBy((order) => order.amount, { key: long })).toEqualTypeOf<
      KGroupedStream<number, Order>
    >()
    expectTypeOf(orders.groupBy(field('coupon'), { key: string })).toEqualTypeOf<
      KGroupedStream<string, Order>
    >()
    // What has no key belongs to no group.
    expectTypeOf(orders.groupBy((order) => order.coupon ?? null)).toEqualTypeOf<
      KGroupedStream<string, Order>
    >()
    // @ts-expect-error an async selector
    orders.groupBy(async (order) => order.customer)
    // @ts-expect-error the serde of another key
    orders.groupBy((order) => order.customer, { key: long })
    // @ts-expect-error the serde of another field
    orders.groupBy(field('customer'), { key: float64 })
    // @ts-expect-error no such field
    orders.groupBy(field('buyer'))
    // @ts-expect-error the serde of another value
    orders.groupBy((order) => order.customer, { value: string })
  })

  test('process', () => {
    const processed = orders.process(
      {
        process({ key, value, timestamp, headers }, context) {
          const times = context.store(seen).get(key) ?? 0
          return { key: value.amount, value: String(times), timestamp, headers }
        },
      },
      { name: 'count', key: long, value: string, stores: [seen, 'other'] },
    )
    expectTypeOf(processed).toEqualTypeOf<KStream<number, string>>()
    const several = orders.process(() => ({ process: (record) => [record, record] }))
    expectTypeOf(several).toEqualTypeOf<KStream<string, Order>>()
    expectTypeOf(orders.process<never, never>({ process: () => undefined })).toEqualTypeOf<
      KStream<never, never>
    >()
    // @ts-expect-error an async processor
    orders.process({ process: async (record) => record })
    // @ts-expect-error a promise in place of the value
    orders.process({ process: (record) => ({ ...record, value: later() }) })
    // @ts-expect-error nobody would wait
    orders.process({ init: later, process: (record) => record })
    // @ts-expect-error nobody would wait
    orders.process({ process: (record) => record, close: later })
    // @ts-expect-error a value is not a record
    orders.process({ process: ({ value }) => value.amount })
    // @ts-expect-error a processor of other values
    orders.process({ process: (record: StreamRecord<string, string>) => record })
    // @ts-expect-error the serde of another key
    orders.process({ process: (record) => record }, { key: long })
    // @ts-expect-error the serde of another value
    orders.process({ process: (record) => record }, { value: string })
    // @ts-expect-error not a store
    orders.process({ process: (record) => record }, { stores: [nothing] })
  })

  test('processValues', () => {
    const lengths = names.processValues(
      { process: (record) => ({ ...record, value: record.value.length }) },
      { value: long, stores: [seen] },
    )
    expectTypeOf(lengths).toEqualTypeOf<KStream<string, number>>()
    const twice = names.processValues(() => ({
      process: function* (record) {
        yield record
        yield record
      },
    }))
    expectTypeOf(twice).toEqualTypeOf<KStream<string, string>>()
    // @ts-expect-error keys are kept
    names.processValues({ process: (record) => ({ ...record, key: 1 }) })
    // @ts-expect-error keys and their serde are kept
    names.processValues({ process: (record) => record }, { key: string })
    // @ts-expect-error an async processor
    names.processValues({ process: async (record) => record })
    // @ts-expect-error a promise in place of the value
    names.processValues({ process: (record) => ({ ...record, value: later() }) })
    // @ts-expect-error nobody would wait
    names.processValues({ init: later, process: (record) => record })
    // @ts-expect-error the serde of another value
    names.processValues({ process: (record) => record }, { value: long })
  })
})
