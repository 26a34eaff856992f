import { expect, test } from 'vitest'
import type { UncaughtErrorResponse } from '../../../src/core/failure-options.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { type Harness, openHarness, until } from './harness.ts'

const orders = topic('orders', { key: string, value: string })
const prices = topic('prices', { key: string, value: long })
const priced = topic('priced', { key: string, value: long })

const pricing = topology(import.meta.url, (b) => {
  b.stream(orders)
    .join(b.globalTable(prices), (_order, price) => price, { keyOf: (order) => order })
    .to(priced)
})

async function opened(): Promise<Harness> {
  const harness = openHarness()
  await harness.kafka.createTopics(2, orders, prices, priced)
  await harness.kafka.send(prices, [{ key: 'tea', value: 3 }])
  return harness
}

/** A record that no price is. */
async function spoil(harness: Harness): Promise<void> {
  await harness.kafka.send(topic('prices', { key: string, value: string }), [{ key: 'tea', value: 'much' }])
}

test.each<UncaughtErrorResponse>(['replace-thread', 'shutdown-client', 'shutdown-application'])(
  'global stores fail while the application runs: it ends in ERROR, also if the handler says %s',
  async (response) => {
    const harness = await opened()
    const asked: string[] = []
    const app = await harness.started(pricing, {
      uncaughtErrorHandler: (error, thread) => {
        asked.push(`${thread}: ${error.message}`)
        return response
      },
    })
    await harness.kafka.send(orders, [{ key: 'a', value: 'tea' }])
    await harness.caughtUp(app, orders)
    await spoil(harness)
    expect(await app.ended()).toMatchObject({ code: 'deserialization' })
    expect(app.state).toBe('ERROR')
    expect(asked).toEqual([
      expect.stringMatching(/^app-.*-GlobalStreamThread: the value of the record at offset \d+ of prices-\d/),
    ])
    // What was processed before is committed.
    expect((await harness.log('priced')).map(({ value }) => value)).toEqual(['0000000000000003'])
  },
)

test('global stores that fail before the application runs end the start, and nobody is asked', async () => {
  const harness = await opened()
  await spoil(harness)
  const asked: unknown[] = []
  const app = harness.app(pricing, {
    uncaughtErrorHandler: (error) => {
      asked.push(error)
      return 'replace-thread'
    },
  })
  await expect(app.start()).rejects.toMatchObject({ code: 'deserialization' })
  expect(app.state).toBe('ERROR')
  expect(asked).toEqual([])
})

test('global stores go on past a record if the handler says so', async () => {
  const harness = await opened()
  const app = await harness.started(pricing, { deserializationHandler: 'continue' })
  const dropped: string[] = []
  app.on('dropped', ({ task, reason }) => dropped.push(`${task} ${reason}`))
  await spoil(harness)
  await harness.kafka.send(prices, [{ key: 'tea', value: 4 }])
  await until(() => dropped.length > 0, app)
  expect(dropped).toEqual(['global prices-STATE-STORE-0000000001 deserialization'])
})
