import { describe, expectTypeOf, test } from 'vitest'
import {
  type Condition,
  field,
  json,
  long,
  string,
  type Topic,
  type TopicPattern,
  topic,
  topicPattern,
  windowKey,
} from '../../src/index.ts'
import { later, type Order, orders, windowedTable } from './shop.ts'

const serdes = { key: string, value: json<Order>() }

describe('topics', () => {
  test('topic', () => {
    expectTypeOf(topic('orders', serdes)).toEqualTypeOf<Topic<string, Order, false>>()
    expectTypeOf(topic('orders', { ...serdes, nullable: true })).toEqualTypeOf<Topic<string, Order, true>>()
    topic('orders', { ...serdes, timestamp: field('amount').seconds(), invalidTimestamp: 'partition-time' })
    topic('orders', {
      ...serdes,
      timestamp: ({ key, value, offset }, partitionTime) =>
        (value?.amount ?? partitionTime) + offset + (key ?? '').length,
      offsetReset: 'latest',
    })
    topic('orders', { ...serdes, timestamp: 'wall-clock', offsetReset: { byDuration: '1h' } })
    // @ts-expect-error no value serde
    topic('orders', { key: string })
    // @ts-expect-error no key serde
    topic('orders', { value: string })
    // @ts-expect-error a name is not a serde
    topic('orders', { key: 'string', value: string })
    // @ts-expect-error no such field
    topic('orders', { ...serdes, timestamp: field('at').seconds() })
    // @ts-expect-error text is not a time
    topic('orders', { ...serdes, timestamp: field('customer').seconds() })
    // @ts-expect-error in which unit?
    topic('orders', { ...serdes, timestamp: field('amount') })
    // @ts-expect-error a condition is not a time
    topic('orders', { ...serdes, timestamp: field('amount').gt(1) })
    // @ts-expect-error an async time
    topic('orders', { ...serdes, timestamp: later })
    // @ts-expect-error a value may be null
    topic('orders', { ...serdes, timestamp: ({ value }) => value.amount })
    // @ts-expect-error no such choice
    topic('orders', { ...serdes, invalidTimestamp: 'log' })
    // @ts-expect-error no such choice
    topic('orders', { ...serdes, offsetReset: 'now' })
    // @ts-expect-error not a duration
    topic('orders', { ...serdes, offsetReset: { byDuration: 'hour' } })
    // @ts-expect-error no such option
    topic('orders', { ...serdes, partitions: 4 })
  })

  test('topicPattern', () => {
    expectTypeOf(topicPattern(/^orders-/, serdes)).toEqualTypeOf<TopicPattern<string, Order, false>>()
    // @ts-expect-error text is a name
    topicPattern('orders-*', serdes)
    // @ts-expect-error no value serde
    topicPattern(/^orders-/, { key: string })
    // @ts-expect-error to which of them?
    orders.to(topicPattern(/^orders-/, serdes))
  })
})

describe('expressions', () => {
  test('field', () => {
    expectTypeOf(field('amount').gt(1)).toExtend<Condition<Order>>()
    orders.filter(field('amount').gt(0).and(field('status').eq('paid')).or(field('customer').ne('x').not()))
    orders.filter(field('coupon').eq('a'))
    orders.filter(field('address.floor').le(4))
    // @ts-expect-error text is not compared with a number
    orders.filter(field('customer').eq(1))
    // @ts-expect-error no order on text
    orders.filter(field('customer').gt(1))
    // @ts-expect-error one wrong part is enough
    orders.filter(field('amount').gt(0).and(field('price').eq(true)))
    // @ts-expect-error one wrong part is enough
    orders.filter(field('price').gt(0).not())
    // @ts-expect-error order needs a number
    field('amount').lt('1')
    // @ts-expect-error only scalars are compared
    field('amount').eq(null)
    // @ts-expect-error a path is text
    field(1)
  })

  test('windowKey', () => {
    const named = windowedTable.toStream().selectKey(windowKey('{key}@{start:HH:mm:ss}'))
    expectTypeOf(named.to(topic('counts', { key: string, value: long }))).toEqualTypeOf<void>()
    // @ts-expect-error the key is not windowed
    orders.selectKey(windowKey('{key}'))
    // @ts-expect-error it makes keys, not values
    windowedTable.toStream().mapValues(windowKey('{key}'))
    // @ts-expect-error a template is text
    windowKey(1)
  })
})
