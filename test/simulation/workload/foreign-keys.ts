import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serde/scalars.ts'
import { EventTime } from './event-time.ts'
import { byKey } from './logs.ts'
import { inputRecord, type Workload } from './workload.ts'

const deliveries = topic('deliveries', { key: string, value: string })
const depots = topic('depots', { key: string, value: string })
const routed = topic('routed-deliveries', { key: string, value: string })

/** The first records of the series bring them. */
const depotCount = 4

/**
 * A join of tables by a foreign key: subscriptions and answers go through two more topics. The last result of each
 * delivery is that of its last depot's last value. Nothing is deleted, and every depot exists sooner or later: an answer
 * that is outdated when it comes is dropped, and with it, in Java too, the only one that would have deleted a result
 * (SubscriptionSendProcessorSupplier).
 */
export function foreignKeys(): Workload {
  const time = new EventTime()
  let version = 0
  return {
    inputs: [deliveries.name, depots.name],
    outputs: [routed.name],
    build(b, { caching, changelog }) {
      const table = b
        .table(deliveries, { store: { name: 'deliveries-store', caching: false } })
        .join(
          b.table(depots, { store: { name: 'depots-store', caching: false } }),
          (delivery, depot) => `${delivery}+${depot}`,
          {
            foreignKey: depotOf,
            value: string,
            store: { name: 'routed-store', caching, changelog },
          },
        )
      table.toStream().to(routed)
      return { routed: table }
    },
    next(random) {
      const id = version++
      if (id < depotCount || random.chance(0.4)) {
        const depot = id < depotCount ? id : random.int(0, depotCount - 1)
        return inputRecord(depots, `depot${depot}`, `${id}`, time.next(random))
      }
      const value = `depot${random.int(0, depotCount - 1)}/${id}`
      return inputRecord(deliveries, `delivery${random.int(1, 9)}`, value, time.next(random))
    },
    judge(logs) {
      const last = byKey(logs.read(deliveries))
      const lastDepots = byKey(logs.read(depots))
      const emitted = byKey(logs.read(routed))
      const problems: string[] = []
      const stores = []
      for (const [key, updates] of last) {
        const delivery = updates.at(-1)!.value!
        const depot = lastDepots.get(depotOf(delivery))?.at(-1)?.value
        const found = emitted.get(key)?.at(-1)?.value
        emitted.delete(key)
        // It was in a transaction of the input that was aborted, and never came again.
        if (depot === undefined) continue
        const due = `${delivery}+${depot}`
        if (found !== due) problems.push(`${key}: ${due} due at the end, found ${found}`)
        stores.push({ table: 'routed', key, value: due })
      }
      for (const key of emitted.keys()) problems.push(`${key}: nothing due`)
      return { problems, stores, results: last.size }
    },
  }
}

function depotOf(delivery: string): string {
  return delivery.slice(0, delivery.indexOf('/'))
}
