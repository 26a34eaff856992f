import { runEmbedded } from '../run-embedded.ts'
import { customers, orderEnrichment, orders, pricedOrders, products, shipments } from './orders.ts'

const found = await runEmbedded({
  applicationId: 'order-enrichment',
  topology: orderEnrichment,
  topics: [orders, customers, shipments, products, pricedOrders],
  output: pricedOrders,
  send: async (kafka) => {
    await kafka.send(products, [{ key: 'tea', value: { price: 4 } }])
    await kafka.send(customers, [{ key: 'c1', value: { name: 'Ada' } }])
    await kafka.send(orders, [
      { key: 'o1', value: { customerId: 'c1', sku: 'tea', quantity: 2 } },
      { key: 'o2', value: { customerId: 'c1', sku: 'tea', quantity: 5 } },
    ])
    await kafka.send(shipments, [{ key: 'o2', value: { status: 'sent' } }])
  },
  complete: (records) =>
    records.some(({ key }) => key === 'o1') && records.some(({ value }) => value?.status === 'sent'),
})
for (const { key, value } of found) console.log(`${key}: ${JSON.stringify(value)}`)
