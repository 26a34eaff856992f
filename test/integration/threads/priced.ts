import { type KStream, keyValueStore, long, string, topic, topology } from '../../../src/index.ts'
import type { JobArgs } from './jobs.ts'

const named: JobArgs = { name: 'job' }
const bought = keyValueStore('bought', { key: string, value: long, kind: 'memory' })

/** Orders of items, with their prices: `<item>=<price>` by order, one global table on disk and one store in memory. */
export const priced = topology(
  import.meta.url,
  (b, { name }) => {
    const text = { key: string, value: string }
    const numbers = { key: string, value: long }
    const prices = b.globalTable(topic(`${name}-prices`, numbers), { store: { name: 'prices' } })
    b.addGlobalStore(bought, topic(`${name}-stock`, numbers), {
      process({ key, value }, context) {
        context.store(bought).put(key, value)
      },
    })
    const orders: KStream<string, string> = b.stream(topic(`${name}-orders`, text))
    orders
      .join(prices, (item, price) => `${item}=${price}`, { keyOf: (item) => item })
      .processValues({
        process: (record, context) => ({
          ...record,
          value: `${record.value}, ${context.store(bought).get(record.value.split('=')[0]!) ?? 0} left`,
        }),
      })
      .to(topic(`${name}-priced`, text))
  },
  { args: named },
)
