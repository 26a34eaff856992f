import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { processorTopology } from '../../../src/dsl/processor-topology.ts'
import { keyValueStore, timestampedKeyValueStore } from '../../../src/dsl/stores.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serde/scalars.ts'
import { openHarness } from './harness.ts'

const serdes = { key: string, value: string }
const rates = topic('rates', serdes)
const orders = topic('orders', serdes)
const priced = topic('priced', serdes)

/** A store that is a topic (KIP-813), which another processor reads. */
const withRates = (kind: 'lmdb' | 'memory') => {
  const store = timestampedKeyValueStore('rates-store', { ...serdes, kind })
  return processorTopology(import.meta.url, (t) => {
    t.addReadOnlyStateStore(
      store,
      rates,
      {
        process({ key, value, timestamp }, context) {
          context.store(store).put(key, value === null ? null : { value, timestamp })
          return undefined
        },
      },
      { sourceName: 'rates-source', processorName: 'rates-processor' },
    )
      .addSource('orders-source', orders)
      .addProcessor(
        'pricing',
        {
          process(record, context) {
            const rate = context.store(store).get(record.key)
            return {
              ...record,
              value: `${String(record.value)}@${rate?.value ?? 'none'} of ${rate?.timestamp}`,
            }
          },
        },
        { parents: 'orders-source', stores: ['rates-store'] },
      )
      .addSink('sink', priced, { parents: 'pricing' })
  })
}

test.each(['lmdb', 'memory'] as const)(
  'a store that is a topic (%s) is restored from it on another machine, and has no changelog',
  async (kind) => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, rates, orders, priced)
    await harness.kafka.send(rates, [
      { key: 'a', value: '1', timestamp: 1 },
      { key: 'b', value: '2', timestamp: 2 },
      { key: 'a', value: '3', timestamp: 3 },
    ])
    const first = await harness.started(withRates(kind))
    await harness.caughtUp(first, rates)
    await first.close()
    rmSync(harness.stateDir, { recursive: true })
    const second = await harness.started(withRates(kind))
    await harness.kafka.send(orders, [
      { key: 'a', value: 'x', timestamp: 4 },
      { key: 'c', value: 'y', timestamp: 5 },
    ])
    await harness.caughtUp(second, orders)
    const results = (await harness.kafka.read(priced)).map(({ value }) => value)
    expect(results).toEqual(['x@3 of 3', 'y@none of undefined'])
    expect(
      [...(await harness.client.listTopics()).keys()].filter((name) => name.endsWith('changelog')),
    ).toEqual([])
  },
)

test('nobody else is to fill it: a second processor may not add it with a changelog of its own', () => {
  const store = keyValueStore('rates-store', serdes)
  expect(() =>
    processorTopology(import.meta.url, (t) => {
      const supplier = { process: () => undefined }
      t.addReadOnlyStateStore(store, rates, supplier, { sourceName: 's', processorName: 'p' })
      t.addStateStore(keyValueStore('rates-store', serdes), 'p')
    }),
  ).toThrow('A different StateStore has already been added with the name rates-store')
})
