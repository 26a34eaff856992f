import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { utf8, utf8Text } from '../../src/core/bytes.ts'
import { long } from '../../src/serde/scalars.ts'
import { partitionsOf, readCommitted } from '../crash/topic-log.ts'
import { type AppHarness, openHarness, until } from './app-harness.ts'
import type * as pricing from './threads/priced.ts'
import { compiled, listen, workerApp } from './worker-apps.ts'

const { priced } = await compiled<typeof pricing>('test/integration/threads/priced.js')
const items = Array.from({ length: 30 }, (_, i) => `item${i}`)

async function opened(): Promise<AppHarness> {
  const harness = await openHarness()
  await harness.createTopics(
    ...['orders', 'prices', 'stock', 'priced', 'dead'].map((what) => `${harness.name}-${what}`),
  )
  return harness
}

async function setAll(harness: AppHarness, what: 'prices' | 'stock', number: number): Promise<void> {
  const records = items.map((item) => ({ key: utf8(item), value: long.serialize(number), timestamp: 1 }))
  await harness.send(`${harness.name}-${what}`, records)
}

async function orderAll(harness: AppHarness): Promise<void> {
  const records = items.map((item) => ({ key: utf8(`order of ${item}`), value: utf8(item), timestamp: 1 }))
  await harness.send(`${harness.name}-orders`, records)
}

/** The last answer to the order of each item. */
async function answers(harness: AppHarness): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  await readCommitted(harness.client, partitionsOf(`${harness.name}-priced`, 4), (_, { key, value }) => {
    found.set(utf8Text(key!), utf8Text(value!))
  })
  return found
}

function expected(price: number, left: number): ReadonlyMap<string, string> {
  return new Map(items.map((item) => [`order of ${item}`, `${item}=${price}, ${left} left`]))
}

/** Orders until all answers are so: nothing else says when the stores have what was sent. */
async function answered(
  harness: AppHarness,
  price: number,
  left: number,
  app: { error: Error | undefined },
): Promise<void> {
  await until(async () => {
    await orderAll(harness)
    await harness.committedToEnd(partitionsOf(`${harness.name}-orders`, 4), app)
    const found = await answers(harness)
    return [...expected(price, left)].every(([order, answer]) => found.get(order) === answer)
  }, app)
}

test('worker threads read the global table that the main thread writes; the next start reads the tail', async () => {
  const harness = await opened()
  const topology = priced.withArgs({ name: harness.name })
  await setAll(harness, 'prices', 1)
  await setAll(harness, 'stock', 7)
  const first = workerApp(harness, 'one', topology)
  await first.start()
  await orderAll(harness)
  await harness.committedToEnd(partitionsOf(`${harness.name}-orders`, 4), first)
  expect(await answers(harness)).toEqual(expected(1, 7))
  await setAll(harness, 'prices', 2)
  await setAll(harness, 'stock', 6)
  await answered(harness, 2, 6, first)
  const sizes = await first.stateSizes()
  expect(sizes.filter(({ task }) => task === 'global')).toMatchObject([
    { store: 'prices', rows: items.length, dirtyBytes: 0 },
  ])
  await first.close()
  expect(readdirSync(join(harness.folder, 'one', harness.name, 'global'))).toContain('data.mdb')

  // What was read before is gone from the topic: only the disk has it.
  const prices = partitionsOf(`${harness.name}-prices`, 4)
  await harness.client.deleteRecords(await harness.client.listOffsets(prices, 'latest', 'read_uncommitted'))
  const second = workerApp(harness, 'one', topology, { threads: 3 })
  const setAside = listen(second, 'stateSetAside')
  await second.start()
  expect(setAside).toEqual([])
  await setAll(harness, 'stock', 5)
  await answered(harness, 2, 5, second)
})

test('threads come, go and are given up while the global table is written', async () => {
  const harness = await opened()
  const app = workerApp(harness, 'one', priced.withArgs({ name: harness.name }))
  await setAll(harness, 'stock', 1)
  await app.start()
  let price = 0
  let writing = true
  const writer = (async () => {
    while (writing) await setAll(harness, 'prices', ++price)
  })()
  onTestFinished(async () => {
    writing = false
    await writer
  })
  for (let round = 0; round < 4; round++) {
    app.addStreamThread()
    await until(() => app.state === 'RUNNING' && app.threads.length === 3, app)
    await orderAll(harness)
    // A limit of nothing: the thread is terminated.
    await app.removeStreamThread({ timeout: round % 2 === 0 ? 0 : 10_000 })
  }
  writing = false
  await writer
  await setAll(harness, 'prices', 1000)
  await answered(harness, 1000, 1, app)
})

test('dead letters of a global table reach their topic', async () => {
  const harness = await opened()
  await setAll(harness, 'prices', 1)
  await harness.send(`${harness.name}-prices`, [{ key: utf8('bad'), value: utf8('no number'), timestamp: 5 }])
  const app = workerApp(harness, 'one', priced.withArgs({ name: harness.name }), {
    deserializationHandler: 'continue',
    deadLetterTopic: `${harness.name}-dead`,
  })
  await app.start()
  const letters: string[] = []
  await readCommitted(
    harness.client,
    partitionsOf(`${harness.name}-dead`, 4),
    (_, { key, value, headers }) => {
      const from = headers.find((header) => header.key === '__streams.errors.topic')?.value
      letters.push(`${utf8Text(key!)}=${utf8Text(value!)} of ${utf8Text(from!)}`)
    },
  )
  expect(letters).toEqual([`bad=no number of ${harness.name}-prices`])
})

test('a bad record ends an application with worker threads in ERROR, whatever its handler says', async () => {
  const harness = await opened()
  await setAll(harness, 'prices', 1)
  const app = workerApp(harness, 'one', priced.withArgs({ name: harness.name }), {
    uncaughtErrorHandler: () => 'replace-thread',
  })
  const failures = listen(app, 'threadFailed')
  await app.start()
  await harness.send(`${harness.name}-prices`, [{ key: utf8('bad'), value: utf8('no number'), timestamp: 5 }])
  expect(await app.ended()).toMatchObject({ code: 'deserialization' })
  expect(app.state).toBe('ERROR')
  expect(failures.map(({ thread }) => thread.replace(/^.*-(?=Global)/, ''))).toEqual(['GlobalStreamThread'])
})
