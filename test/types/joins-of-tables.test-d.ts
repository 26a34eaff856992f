import { describe, expectTypeOf, test } from 'vitest'
import { type KTable, long, string } from '../../src/index.ts'
import {
  countTable,
  globalNames,
  later,
  names,
  nameTable,
  numberTable,
  type Order,
  orderTable,
  windowedTable,
} from './shop.ts'

const byAmount = { foreignKey: (order: Order): number => order.amount }

describe('KTable', () => {
  test('join', () => {
    const joined = orderTable.join(nameTable, (order, name, id) => id + name + order.customer, {
      name: 'joined',
      value: string,
      store: { name: 'joined' },
    })
    expectTypeOf(joined).toEqualTypeOf<KTable<string, string>>()
    // What returns null has no row.
    expectTypeOf(orderTable.join(nameTable, ({ coupon }) => coupon ?? null)).toEqualTypeOf<
      KTable<string, string>
    >()
    // @ts-expect-error keys of another type
    orderTable.join(numberTable, () => 1)
    // @ts-expect-error keys in windows
    countTable.join(windowedTable, () => 1)
    // @ts-expect-error an async joiner
    orderTable.join(nameTable, async () => 1)
    // @ts-expect-error the serde of another value
    orderTable.join(nameTable, () => 'a', { value: long })
    // @ts-expect-error the serde of another key
    orderTable.join(nameTable, () => 'a', { key: long })
    // @ts-expect-error rows have no time to be apart
    orderTable.join(nameTable, () => 'a', { within: '5s' })
    // @ts-expect-error grace is for a stream's records
    orderTable.join(nameTable, () => 'a', { grace: '5s' })
    // @ts-expect-error a stream joins a table, not a table a stream
    orderTable.join(names, () => 'a')
    // @ts-expect-error only streams join global tables
    orderTable.join(globalNames, () => 'a')
  })

  test('join: by a foreign key', () => {
    const joined = orderTable.join(numberTable, (order, text, id) => id.length + text.length + order.amount, {
      foreignKey: (order, id) => (id === '' ? null : order.amount),
      value: long,
      partitioner: (id, partitions) => id.length % partitions,
      otherPartitioner: (amount, partitions, topic) => (amount + topic.length) % partitions,
    })
    expectTypeOf(joined).toEqualTypeOf<KTable<string, number>>()
    orderTable.join(nameTable, () => 1, { foreignKey: (order) => order.coupon })
    // @ts-expect-error the other table's keys are numbers
    orderTable.join(numberTable, () => 1, { foreignKey: (order) => order.customer })
    // @ts-expect-error an async foreign key
    orderTable.join(numberTable, () => 1, { foreignKey: later })
    // @ts-expect-error an async joiner
    orderTable.join(numberTable, async () => 1, byAmount)
    // @ts-expect-error the serde of another value
    orderTable.join(numberTable, () => 1, { ...byAmount, value: string })
    // @ts-expect-error this table's keys are text
    orderTable.join(numberTable, () => 1, { ...byAmount, partitioner: (id: number) => id })
    // @ts-expect-error the other table's keys are numbers
    orderTable.join(numberTable, () => 1, { ...byAmount, otherPartitioner: (key) => key.length })
    // @ts-expect-error a global table is nowhere to subscribe
    orderTable.join(globalNames, () => 1, byAmount)
  })

  test('leftJoin', () => {
    const joined = orderTable.leftJoin(nameTable, (order, name) => [order.amount, name] as const)
    expectTypeOf(joined).toEqualTypeOf<KTable<string, readonly [number, string | null]>>()
    const foreign = orderTable.leftJoin(numberTable, (_, text) => ({ text }), byAmount)
    expectTypeOf(foreign).toEqualTypeOf<KTable<string, { text: string | null }>>()
    // @ts-expect-error null must be thought of
    orderTable.leftJoin(nameTable, (_, name) => name.length)
    // @ts-expect-error null must be thought of
    orderTable.leftJoin(numberTable, (_, text) => text.length, byAmount)
    // @ts-expect-error keys of another type
    orderTable.leftJoin(numberTable, () => 1)
    // @ts-expect-error an async joiner
    orderTable.leftJoin(nameTable, async () => 1)
    // @ts-expect-error an async joiner
    orderTable.leftJoin(numberTable, async () => 1, byAmount)
    // @ts-expect-error the other table's keys are numbers
    orderTable.leftJoin(numberTable, () => 1, { foreignKey: (order) => order.customer })
    // @ts-expect-error the serde of another value
    orderTable.leftJoin(nameTable, () => 'a', { value: long })
  })

  test('outerJoin', () => {
    const joined = orderTable.outerJoin(nameTable, (order, name) => [order, name] as const)
    expectTypeOf(joined).toEqualTypeOf<KTable<string, readonly [Order | null, string | null]>>()
    // @ts-expect-error null must be thought of, on the left too
    orderTable.outerJoin(nameTable, (order) => order.amount)
    // @ts-expect-error an async joiner
    orderTable.outerJoin(nameTable, async () => 1)
    // @ts-expect-error keys of another type
    orderTable.outerJoin(numberTable, () => 1)
    // @ts-expect-error nobody's row names a foreign key when the left one is missing
    orderTable.outerJoin(nameTable, () => 1, { foreignKey: () => 'a' })
    // @ts-expect-error the serde of another value
    orderTable.outerJoin(nameTable, () => 'a', { value: long })
  })
})
