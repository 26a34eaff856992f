import type { StreamsBuilder } from '../../src/dsl/builder.ts'
import { untilWindowCloses } from '../../src/dsl/suppressed.ts'
import type { KTable } from '../../src/dsl/table.ts'
import { topic } from '../../src/dsl/topic.ts'
import { tumbling } from '../../src/dsl/windows.ts'
import { field } from '../../src/expr/build.ts'
import { windowKey } from '../../src/expr/window-key.ts'
import { json } from '../../src/serde/json.ts'
import { long, string } from '../../src/serde/scalars.ts'
import type { Windowed } from '../../src/serde/windowed.ts'
import type { Click } from './clicks.ts'
import { aggregatedClicks, countClicks, graceMs, userClicks, windowMs } from './job.ts'

/** Of each topic: as many tasks as this has each subtopology. */
export const pipelinePartitions = 2

export interface Order {
  readonly customer: string
  readonly amount: number
  /** Long in some orders: `paid` then refuses what is joined. */
  readonly note: string
}

export interface Payment {
  readonly method: string
}

export interface Customer {
  readonly name: string
}

export const userVisits = topic('user-visits', {
  key: string,
  value: json<Click>(),
  timestamp: field('timestamp').seconds(),
})
export const closedVisits = topic('closed-visits', { key: string, value: long })
/** By the id of the order, each once. */
export const orders = topic('orders', { key: string, value: json<Order>() })
export const payments = topic('payments', { key: string, value: json<Payment>() })
export const customers = topic('customers', { key: string, value: json<Customer>() })
export const paid = topic('paid', { key: string, value: json<Order & Payment>() })
/** By customer: how many orders are paid, at each of them. */
export const totals = topic('totals', { key: string, value: long })
export const deadLetters = 'dead-letters'
export const byCustomer = 'crash-by-customer-repartition'
/** `max.message.bytes` of `paid`. */
export const maxPaidBytes = 10_000

/**
 * Four subtopologies: the click count, which runs in the kernel; a windowed count with one final result per window; a
 * join of two streams; and, behind a repartition topic, a join with a table and a count.
 */
export function buildPipeline(b: StreamsBuilder): { readonly counts: KTable<Windowed<string>, number> } {
  const counts = countClicks(b)
  b.stream(userVisits)
    .groupByKey()
    .windowedBy(tumbling(windowMs, { grace: graceMs }))
    .count({ store: { name: 'visits-store', caching: false } })
    .suppress(untilWindowCloses())
    .toStream()
    .selectKey(windowKey('{key}@{start:yyyy-MM-dd HH:mm:ss}'))
    .to(closedVisits)
  const joined = b
    .stream(orders)
    .join(b.stream(payments), (order, payment): Order & Payment => ({ ...order, ...payment }), {
      within: '1h',
      grace: '1h',
      storeName: 'pay',
    })
  joined.to(paid)
  joined
    .selectKey(({ customer }) => customer, { key: string })
    .mapValues(({ amount }) => amount, { value: long })
    .join(b.table(customers, { store: { name: 'customers-store' } }), (_amount, { name }) => name, {
      name: 'by-customer',
      value: long,
    })
    .groupByKey({ value: string })
    .count({ store: { name: 'totals-store', caching: false } })
    .toStream()
    .to(totals)
  return { counts }
}

export const inputTopics: readonly string[] = [userClicks, userVisits, orders, payments, customers].map(
  ({ name }) => name,
)
export const pipelineTopics: readonly string[] = [
  ...inputTopics,
  ...[aggregatedClicks, closedVisits, paid, totals].map(({ name }) => name),
]
