import { expect, test } from 'vitest'
import { versionedKeyValueStore, windowStore } from '../../../src/dsl/stores.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { string } from '../../../src/serde/scalars.ts'
import { openHarness } from './harness.ts'

const serdes = { key: string, value: string }
const input = topic('in', serdes)
const windows = windowStore('windows', { ...serdes, windowSize: 10, retention: 60_000 })
const versions = versionedKeyValueStore('versions', { ...serdes, history: 60_000 })

const putting = topology(import.meta.url, (b) => {
  b.stream(input).foreach(() => undefined)
  b.stream(input).process(
    {
      process({ key, value, timestamp }, context) {
        context.store(windows).put(key, value, timestamp)
        context.store(versions).put(key, value, timestamp)
        return undefined
      },
    },
    { stores: [windows, versions] },
  )
  return undefined
})

test('what comes too late for a store is reported as dropped, under the name of the store', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, input)
  const app = harness.app(putting)
  const dropped: string[] = []
  app.on('dropped', ({ node, reason, count }) => dropped.push(`${node} ${reason} ${count}`))
  await app.start()
  const at = (timestamp: number) => ({ key: 'a', value: 'v', timestamp })
  await harness.kafka.send(input, [at(10_000_000), at(1), at(10_000_001)])
  await harness.caughtUp(app, input)
  expect(dropped.toSorted()).toEqual(['versions expired 1', 'windows expired 1'])
})
