import { expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serde/scalars.ts'
import { drive } from './drive.ts'

const orders = topic('orders', { key: string, value: string })
const customers = topic('customers', { key: string, value: string })
const out = topic('out', { key: string, value: string })

const joined = (b: StreamsBuilder): void => {
  b.table(orders)
    .join(b.table(customers), (order, customer) => `${order}:${customer}`, {
      foreignKey: (order) => order.slice(0, 1),
      value: string,
    })
    .toStream()
    .to(out)
}

test('topics may have different numbers of partitions: a foreign-key join meets across its tasks', () => {
  for (const seed of [undefined, 1, 2, 3]) {
    using driver = drive(joined, {
      partitions: { orders: 3, customers: 2 },
      ...(seed !== undefined && { seed }),
    })
    const input = driver.input(orders)
    const keys = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const customer of ['v', 'x']) driver.input(customers).pipe(customer, customer.toUpperCase())
    for (const [i, key] of keys.entries()) input.pipe(key, `${i % 2 ? 'x' : 'v'}${i}`)
    const table = driver.output(out).readMap()
    expect(keys.map((key) => table.get(key))).toEqual(['v0:V', 'x1:X', 'v2:V', 'x3:X', 'v4:V', 'x5:X'])
    const partitions = (name: string): Set<number> =>
      new Set(driver.produced(name).map(({ partition }) => partition))
    expect(partitions('test-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-0000000006-topic').size).toBe(2)
    expect(partitions('test-KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-0000000014-topic').size).toBeGreaterThan(1)
  }
})

test('topics that must have equally many are refused, as in an application', () => {
  const meeting = (b: StreamsBuilder): void => {
    b.stream(orders).join(b.table(customers), (l, r) => l + r)
  }
  expect(() => drive(meeting, { partitions: { orders: 3, customers: 2 } })).toThrow(
    expect.objectContaining({ code: 'topology-invalid' }),
  )
})

test('a record for a partition that nobody reads is refused', () => {
  const copy = (b: StreamsBuilder): void => b.stream(orders).to(out)
  using driver = drive(copy, { partitions: 2 })
  const input = driver.input(orders)
  input.pipe('a', 'v', { partition: 1 })
  for (const partition of [2, -1, 0.5])
    expect(() => input.pipe('a', 'v', { partition })).toThrow(
      `'orders' has 2 partitions, and no ${partition}`,
    )
  expect(driver.output(out).size).toBe(1)
  for (const partitions of [0, -1, 1.5, { orders: 0 }])
    expect(() => drive(copy, { partitions })).toThrow('a topic has 1 or more')
})
