import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serde/scalars.ts'
import { EventTime } from './event-time.ts'
import { difference } from './logs.ts'
import { inputRecord, type LogRecord, type Workload } from './workload.ts'

const orders = topic('orders', { key: string, value: string })
const payments = topic('payments', { key: string, value: string })
const paid = topic('paid', { key: string, value: string })

const withinMs = 8000

/** A join of two streams, with a grace that nothing is too late for: each pair comes out once. */
export function pairs(): Workload {
  const time = new EventTime()
  let id = 0
  return {
    inputs: [orders.name, payments.name],
    outputs: [paid.name],
    build(b, { changelog }) {
      b.stream(orders)
        .join(b.stream(payments), (order, payment) => `${order}+${payment}`, {
          within: withinMs,
          grace: '1h',
          storeName: 'pairs',
          store: { changelog },
        })
        .to(paid)
      return {}
    },
    next(random, { bulk }) {
      const isOrder = random.chance(0.5)
      const value = `${isOrder ? 'o' : 'p'}${id++}${bulk}`
      return inputRecord(
        isOrder ? orders : payments,
        `customer${random.int(1, 6)}`,
        value,
        time.next(random, 5000),
      )
    },
    judge(logs) {
      const right = logs.read(payments)
      const due = logs
        .read(orders)
        .flatMap((order) =>
          right
            .filter(
              ({ key, timestamp }) => key === order.key && Math.abs(timestamp - order.timestamp) <= withinMs,
            )
            .map((payment) => pairOf(order, payment)),
        )
      const found = logs.read(paid).map(({ key, value, timestamp }) => `${key} ${value} @${timestamp}`)
      return { problems: difference(due, found), results: due.length, stores: [] }
    },
  }
}

function pairOf(order: LogRecord<string>, payment: LogRecord<string>): string {
  return `${order.key} ${order.value}+${payment.value} @${Math.max(order.timestamp, payment.timestamp)}`
}
