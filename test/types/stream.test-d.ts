import { describe, expectTypeOf, test } from 'vitest'
import {
  field,
  float64,
  int64,
  json,
  type KStream,
  long,
  string,
  timeWindowed,
  topic,
  windowKey,
} from '../../src/index.ts'
import {
  byNumber,
  countTopic,
  later,
  names,
  nameTopic,
  type Order,
  orders,
  orderTable,
  orderTopic,
  windowedTable,
} from './shop.ts'

test('streams of other types are other types', () => {
  expectTypeOf<KStream<string, number>>().not.toExtend<KStream<number, number>>()
  expectTypeOf<KStream<string, number>>().not.toExtend<KStream<string, string>>()
})

describe('KStream', () => {
  test('filter', () => {
    const isPaid = (order: Order): order is Order & { status: 'paid' } => order.status === 'paid'
    expectTypeOf(orders.filter(isPaid)).toEqualTypeOf<KStream<string, Order & { status: 'paid' }>>()
    expectTypeOf(orders.filter((order, id) => order.customer === id)).toEqualTypeOf<KStream<string, Order>>()
    expectTypeOf(orders.filter(field('amount').gt(0), { name: 'large' })).toEqualTypeOf<
      KStream<string, Order>
    >()
    // @ts-expect-error a promise is always true
    orders.filter(async () => true)
    // @ts-expect-error not even now and then
    orders.filter((order) => order.amount > 0 || later())
    // @ts-expect-error an amount is not true or false
    orders.filter((order) => order.amount)
    // @ts-expect-error no such field
    orders.filter(field('price').gt(0))
    // @ts-expect-error a field is not a condition
    orders.filter(field('amount'))
    // @ts-expect-error text has no fields
    names.filter(field('length').gt(1))
    // @ts-expect-error a filter keeps the serdes
    orders.filter(() => true, { value: string })
  })

  test('filterNot', () => {
    expectTypeOf(orders.filterNot((order) => order.amount > 0)).toEqualTypeOf<KStream<string, Order>>()
    expectTypeOf(orders.filterNot(field('address.city').eq('Bern'))).toEqualTypeOf<KStream<string, Order>>()
    // @ts-expect-error a promise is always true
    orders.filterNot(async () => true)
    // @ts-expect-error no such nested field
    orders.filterNot(field('address.street').eq('x'))
    // @ts-expect-error no such option
    orders.filterNot(() => true, { nam: 'x' })
  })

  test('map', () => {
    const mapped = orders.map((order, id) => [order.amount, `${id} ${order.customer}`], {
      key: long,
      value: string,
    })
    expectTypeOf(mapped).toEqualTypeOf<KStream<number, string>>()
    // @ts-expect-error a pair is needed
    orders.map((order) => order.customer)
    // @ts-expect-error an async mapper
    orders.map(async (order) => [order.customer, 1])
    // @ts-expect-error a promise in place of the value
    orders.map((order) => [order.customer, later(order)])
    // @ts-expect-error a promise in place of the key
    orders.map((order) => [later(order), 1])
    // @ts-expect-error the serde of another key
    orders.map((order) => [order.customer, 1], { key: long })
    // @ts-expect-error the serde of another value
    orders.map((order) => [order.customer, 1], { value: string })
  })

  test('mapValues', () => {
    const cities = orders.mapValues((order) => order.address.city, { value: string, name: 'cities' })
    expectTypeOf(cities).toEqualTypeOf<KStream<string, string>>()
    const projected = orders.mapValues({
      who: field('customer'),
      large: field('amount').gt(100),
      floor: field('address.floor'),
    })
    expectTypeOf(projected).toEqualTypeOf<
      KStream<string, { who: string; large: boolean; floor: number | null }>
    >()
    // @ts-expect-error an async mapper
    orders.mapValues(async (order) => order.amount)
    // @ts-expect-error a promise in one case
    orders.mapValues((order) => (order.amount > 1 ? order.amount : Promise.resolve(1)))
    // @ts-expect-error the serde of another value
    orders.mapValues((order) => order.amount, { value: string })
    // @ts-expect-error keys are kept
    orders.mapValues((order) => order.amount, { key: string })
    // @ts-expect-error no such field
    orders.mapValues({ who: field('buyer') })
    // @ts-expect-error projections are made of fields and conditions
    orders.mapValues({ who: 'customer' })
  })

  test('flatMap', () => {
    const items = orders.flatMap((order, id) => order.items.map((item) => [item, id.length] as const))
    expectTypeOf(items).toEqualTypeOf<KStream<string, number>>()
    const generated = orders.flatMap(function* ({ amount }, id): Generator<[number, string]> {
      yield [amount, id]
    })
    expectTypeOf(generated).toEqualTypeOf<KStream<number, string>>()
    // @ts-expect-error several pairs are needed
    orders.flatMap((order) => order.items)
    // @ts-expect-error a list of promises
    orders.flatMap((order) => order.items.map(async (item) => [item, 1] as const))
    // @ts-expect-error a promise in place of a value
    orders.flatMap((order) => [[order.customer, later(order)]])
    // @ts-expect-error an async generator
    orders.flatMap(async function* (order) {
      yield [order.customer, 1] as const
    })
    // @ts-expect-error the serde of another key
    orders.flatMap((order) => [[order.customer, 1]], { key: long })
  })

  test('flatMapValues', () => {
    const items = orders.flatMapValues((order) => order.items, { value: string })
    expectTypeOf(items).toEqualTypeOf<KStream<string, string>>()
    // @ts-expect-error several values are needed
    orders.flatMapValues((order) => order.amount)
    // @ts-expect-error an async mapper
    orders.flatMapValues(async (order) => order.items)
    // @ts-expect-error a list of promises
    orders.flatMapValues((order) => order.items.map(later))
    // @ts-expect-error the serde of another value
    orders.flatMapValues((order) => order.items, { value: long })
  })

  test('selectKey', () => {
    expectTypeOf(orders.selectKey((order) => order.amount, { key: long })).toEqualTypeOf<
      KStream<number, Order>
    >()
    expectTypeOf(orders.selectKey(field('customer'), { key: string })).toEqualTypeOf<KStream<string, Order>>()
    expectTypeOf(orders.selectKey(field('address.floor'))).toEqualTypeOf<KStream<number, Order>>()
    expectTypeOf(windowedTable.toStream().selectKey(windowKey('{key}'))).toEqualTypeOf<
      KStream<string, number | null>
    >()
    // @ts-expect-error an async selector
    orders.selectKey(async (order) => order.customer)
    // @ts-expect-error the serde of another key
    orders.selectKey((order) => order.customer, { key: float64 })
    // @ts-expect-error no such field
    orders.selectKey(field('buyer'))
    // @ts-expect-error the serde of another field
    orders.selectKey(field('customer'), { key: float64 })
    // @ts-expect-error the key is not windowed
    orders.selectKey(windowKey('{key}'))
    // @ts-expect-error values are kept
    orders.selectKey((order) => order.customer, { value: string })
  })

  test('peek', () => {
    expectTypeOf(orders.peek((order, id) => console.log(order.amount, id.length))).toEqualTypeOf<
      KStream<string, Order>
    >()
    orders.peek((order) => order.items.length, { name: 'look' })
    // @ts-expect-error nobody would wait
    orders.peek(later)
    // @ts-expect-error no such option
    orders.peek(() => {}, { key: string })
  })

  test('foreach', () => {
    expectTypeOf(orders.foreach((order, id) => console.log(order.amount, id.length))).toEqualTypeOf<void>()
    // @ts-expect-error nobody would wait
    orders.foreach(later)
    // @ts-expect-error it ends the stream
    orders.foreach(() => {}).to(nameTopic)
  })

  test('print', () => {
    expectTypeOf(
      orders.print({ label: 'x', format: (order, id) => id + order.customer }),
    ).toEqualTypeOf<void>()
    const lines: string[] = []
    orders.print({ write: (line) => lines.push(line) })
    // @ts-expect-error a line is text
    orders.print({ format: (order) => order.amount })
    // @ts-expect-error nobody would wait
    orders.print({ write: later })
  })

  test('merge', () => {
    expectTypeOf(orders.merge(orders)).toEqualTypeOf<KStream<string, Order>>()
    expectTypeOf(orders.merge(byNumber, { name: 'all' })).toEqualTypeOf<
      KStream<string | number, Order | string>
    >()
    // @ts-expect-error a table is not a stream
    orders.merge(orderTable)
    // @ts-expect-error the other values must be thought of
    orders.merge(names).mapValues((value) => value.amount)
  })

  test('to', () => {
    expectTypeOf(names.to(nameTopic, { partitioner: (_topic, key) => key.length })).toEqualTypeOf<void>()
    names.to(({ value, timestamp }, metadata) => `${value.length} ${timestamp} ${metadata?.topic}`)
    names.to(() => 'x', { key: string, value: string, partitioner: () => [0, 1] })
    const windowed = windowedTable.toStream()
    windowed.to(topic('windowed', { key: timeWindowed(string, '5m'), value: long }))
    orders.to(topic('customers', { key: string, value: json<{ customer: string }>() }))
    windowed.selectKey(windowKey('{key}@{start:HH:mm:ss}')).to(countTopic)
    // @ts-expect-error a topic of other values
    names.to(countTopic)
    // @ts-expect-error a topic of other keys
    byNumber.to(nameTopic)
    // @ts-expect-error windowed keys
    windowed.to(countTopic)
    // @ts-expect-error bigint, but counts are numbers
    windowed.to(topic('windowed', { key: timeWindowed(string, '5m'), value: int64 }))
    // @ts-expect-error the topic wants more than the stream has
    orders.mapValues({ customer: field('customer') }).to(orderTopic)
    // @ts-expect-error a name says nothing of the serdes
    names.to('names')
    // @ts-expect-error an async choice
    names.to(async () => 'x')
    // @ts-expect-error the serde of another value
    names.to(() => 'x', { value: long })
    // @ts-expect-error the topic has serdes already
    names.to(nameTopic, { value: string })
    // @ts-expect-error an async partitioner
    names.to(nameTopic, { partitioner: later })
  })
})
