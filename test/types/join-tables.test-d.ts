import { expectTypeOf, test } from 'vitest'
import { StreamsBuilder } from '../../src/dsl/builder.ts'
import type { KTable } from '../../src/dsl/table.ts'
import { topic } from '../../src/dsl/topic.ts'
import { json } from '../../src/serde/json.ts'
import { long, string } from '../../src/serde/scalars.ts'

interface Order {
  readonly customer: number
  readonly coupon?: string
}

interface Customer {
  readonly name: string
}

const builder = new StreamsBuilder()
const orders = builder.table(topic('orders', { key: string, value: json<Order>() }))
const notes = builder.table(topic('notes', { key: string, value: string }))
const customers = builder.table(topic('customers', { key: long, value: json<Customer>() }))

test('tables of the same key join by it', () => {
  expectTypeOf(orders.join(notes, (order, note) => `${order.customer} ${note}`)).toEqualTypeOf<
    KTable<string, string>
  >()
  orders.leftJoin(notes, (order, note, key) => {
    expectTypeOf(order).toEqualTypeOf<Order>()
    expectTypeOf(note).toEqualTypeOf<string | null>()
    expectTypeOf(key).toEqualTypeOf<string>()
    return note
  })
  orders.outerJoin(notes, (order, note) => {
    expectTypeOf(order).toEqualTypeOf<Order | null>()
    expectTypeOf(note).toEqualTypeOf<string | null>()
    return 1
  })
  orders.join(notes, () => 'a', { value: string, store: { name: 'joined' } })
  // @ts-expect-error the keys are of other types
  orders.join(customers, () => 'a')
  // @ts-expect-error the result is no number
  orders.join(notes, () => 'a', { value: long, store: { name: 'joined' } })
  // @ts-expect-error an async joiner
  orders.join(notes, async () => 'a')
  // @ts-expect-error an async joiner
  orders.outerJoin(notes, async () => 'a')
})

test('tables of other keys join by a foreign key', () => {
  const joined = orders.join(customers, (order, customer) => `${order.coupon} ${customer.name}`, {
    foreignKey: (order) => order.customer,
  })
  expectTypeOf(joined).toEqualTypeOf<KTable<string, string>>()
  orders.leftJoin(
    customers,
    (_, customer) => {
      expectTypeOf(customer).toEqualTypeOf<Customer | null>()
      return customer
    },
    {
      foreignKey: (order, key) => {
        expectTypeOf(order).toEqualTypeOf<Order>()
        expectTypeOf(key).toEqualTypeOf<string>()
        return key === '' ? null : order.customer
      },
    },
  )
  notes.join(orders, () => 1, {
    foreignKey: () => undefined,
    partitioner: (key, count) => key.length % count,
  })
  // @ts-expect-error the foreign key is no number
  orders.join(customers, () => 'a', { foreignKey: (order) => order.coupon })
  // @ts-expect-error an async foreign key
  orders.join(customers, () => 'a', { foreignKey: async (order) => order.customer })
  // @ts-expect-error an async joiner
  orders.join(customers, async () => 'a', { foreignKey: (order) => order.customer })
  // @ts-expect-error an outer join has no foreign key
  orders.outerJoin(orders, () => 'a', { foreignKey: () => 'a' })
  // @ts-expect-error the other table's keys are numbers
  orders.join(customers, () => 'a', { foreignKey: (o) => o.customer, otherPartitioner: (key) => key.length })
})
