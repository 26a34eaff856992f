import { StreamsBuilder } from '../../src/dsl/builder.ts'
import { json, long, string, topic, tumbling } from '../../src/index.ts'

// Topics, streams and tables for the type tests.

export interface Order {
  readonly customer: string
  readonly amount: number
  readonly status: 'open' | 'paid'
  readonly items: readonly string[]
  readonly coupon?: string
  readonly address: { readonly city: string; readonly floor: number | null }
}

export const orderTopic = topic('orders', { key: string, value: json<Order>() })
export const nameTopic = topic('names', { key: string, value: string })
export const countTopic = topic('counts', { key: string, value: long })
export const numberTopic = topic('numbers', { key: long, value: string })

export const builder = new StreamsBuilder()

export const orders = builder.stream(orderTopic)
export const names = builder.stream(nameTopic)
export const counts = builder.stream(countTopic)
export const byNumber = builder.stream(numberTopic)

export const orderTable = builder.table(orderTopic)
export const nameTable = builder.table(nameTopic)
export const countTable = builder.table(countTopic)
export const numberTable = builder.table(numberTopic)
/** Windowed keys, numbers. */
export const windowedTable = orders.groupByKey().windowedBy(tumbling('5m')).count()
/** Keys are numbers, values are text. */
export const globalNames = builder.globalTable(numberTopic)

/** What must not get in anywhere. */
export const later = async (..._: readonly unknown[]): Promise<number> => 1
