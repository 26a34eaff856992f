import { runEmbedded } from '../run-embedded.ts'
import { customers, orderEnrichment, orders, pricedOrders, products } from './orders.ts'

const found = await runEmbedded({
  applicationId: 'order-enrichment',
  topology: orderEnrichment,
  topics: [orders, customers, products, pricedOrders],
  output: pricedOrders,
  send: async (kafka) => {
    await kafka.send(products, [{ key: 'tea', value: { price: 4 } }])
    await kafka.send(customers, [{ key: 'c1', value: { name: 'Ada' } }])
    await kafka.send(orders, [
      { key: 'o1', value: { customerId: 'c1', sku: 'tea', quantity: 2 } },
      { key: 'o2', value: { customerId: 'c1', sku: 'tea', quantity: 5 } },
    ])
  },
  complete: (records) => new Set(records.map(({ key }) => key)).size === 2,
})
for (const { key, value } of found) console.log(`${key}: ${JSON.stringify(value)}`)
