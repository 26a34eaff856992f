import { describe, expect, test } from 'vitest'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { session } from '../../../src/dsl/windows.ts'
import type { ReadFacts } from '../../../src/query/query-options.ts'
import { string } from '../../../src/serde/scalars.ts'
import { openHarness, until } from './harness.ts'
import { click, clicks, counts, noon, unwindowed, windowed } from './topologies.ts'

const users = Array.from({ length: 60 }, (_, i) => `u${String(i).padStart(2, '0')}`)

const words = topic('words', { key: string, value: string })
const prices = topic('prices', { key: string, value: string })
const names = topic('names', { key: string, value: string })
const others = topology(import.meta.url, (b) => {
  const visits = b
    .stream(words)
    .groupByKey()
    .windowedBy(session('1m'))
    .count({ store: { name: 'visits' } })
  const history = b.table(prices, {
    store: { name: 'prices', versioned: { history: '1h' } },
  })
  const all = b.globalTable(names, { store: { name: 'names' } })
  return { visits, history, all }
})

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe.each(['auto', 'off'] as const)('kernel: %s', (kernel) => {
  test('entries of all partitions come in the order of their keys', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(3, clicks, counts)
    await harness.kafka.send(
      clicks,
      users.flatMap((user, i) => (i % 2 ? [click(user, 0)] : [click(user, 0), click(user, 1)])),
    )
    const app = await harness.started(unwindowed, { kernel })
    await harness.caughtUp(app, clicks)
    const table = app.store('counts')
    const expected = users.map((key, i) => [key, i % 2 ? 1 : 2])
    const shown = async (items: AsyncIterable<{ key: string; value: number }>): Promise<unknown[]> =>
      (await all(items)).map(({ key, value }) => [key, value])
    expect(await shown(table.all())).toEqual(expected)
    expect(await shown(table.reverseAll())).toEqual([...expected].reverse())
    expect(await shown(table.range({ from: 'u10', to: 'u12' }))).toEqual(expected.slice(10, 13))
    expect(await shown(table.reverseRange({ from: 'u10', to: 'u12' }))).toEqual(
      expected.slice(10, 13).reverse(),
    )
    expect(await shown(table.range({ from: 'u12', to: 'u10' }))).toEqual([])
    expect(await shown(table.prefix('u1'))).toEqual(expected.slice(10, 20))
    expect(await shown(table.all({ limit: 7 }))).toEqual(expected.slice(0, 7))
    expect(await table.approximateCount()).toBe(users.length)
    expect(await table.getEntry('u00')).toEqual({ key: 'u00', value: 2, timestamp: noon + 1000 })
    await expect(table.get(5 as unknown as string)).rejects.toMatchObject({ code: 'key-invalid' })
  })

  test('windows of a key, and of all keys', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(2, clicks, counts)
    await harness.kafka.send(
      clicks,
      users.flatMap((user) => [click(user, 0), click(user, 1), click(user, 300)]),
    )
    const app = await harness.started(windowed, { kernel })
    await harness.caughtUp(app, clicks)
    const table = app.store('counts')
    const windows = [
      [noon, 2],
      [noon + 300_000, 1],
    ] as const
    const ofKey = async (items: ReturnType<typeof table.all>): Promise<unknown[]> =>
      (await all(items)).map(({ key, value }) => [key.window.start, value])
    expect(await ofKey(table.fetch('u07', noon, noon + 900_000))).toEqual(windows)
    expect(await ofKey(table.fetch('u07', new Date(noon), new Date(noon + 300_000)))).toEqual(
      windows.slice(0, 2),
    )
    expect(await ofKey(table.backwardFetch('u07', noon, noon + 900_000))).toEqual([...windows].reverse())
    expect(await ofKey(table.fetch('nobody', noon, noon + 900_000))).toEqual([])
    const found = (await all(table.fetchAll(noon, noon + 300_000))).map(({ key, value }) => [
      key.window.start,
      key.key,
      value,
    ])
    expect(found).toEqual(
      windows.slice(0, 2).flatMap(([start, value]) => users.map((user) => [start, user, value])),
    )
    const between = await all(table.fetchRange({ from: 'u03', to: 'u04' }, noon, noon))
    expect(between.map(({ key }) => key.key)).toEqual(['u03', 'u04'])
    expect(await all(table.all())).toHaveLength(2 * users.length)
    expect((await all(table.backwardAll({ limit: 1 })))[0]?.key).toMatchObject({
      key: 'u59',
      window: { start: noon + 300_000, end: noon + 600_000 },
    })
  })

  test('a checkpoint is read as it was committed', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    await harness.kafka.send(clicks, [click('ann', 0)])
    const app = await harness.started(unwindowed, { kernel })
    await harness.caughtUp(app, clicks)
    const table = app.store('counts')
    const facts: ReadFacts[] = []
    const options = {
      isolation: 'checkpoint',
      timeout: '50s',
      onRead: (read: ReadFacts) => facts.push(read),
    } as const
    await until(async () => (await table.get('ann', options)) === 1, app)
    expect(facts.at(-1)).toMatchObject({ store: 'counts-store', partition: 0, instance: null })
    expect(facts.at(-1)?.checkpointAgeMs).toBeGreaterThanOrEqual(0)
    expect((await all(table.all(options))).map(({ key }) => key)).toEqual(['ann'])
  })
})

test('sessions, versions and global tables', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(2, words, names, prices)
  const at = (seconds: number): number => noon + seconds * 1000
  await harness.kafka.send(
    words,
    [0, 10, 300].map((seconds) => ({ key: 'ann', value: 'x', timestamp: at(seconds) })),
  )
  await harness.kafka.send(
    prices,
    [0, 60, 120].map((seconds) => ({ key: 'tea', value: `${seconds}`, timestamp: at(seconds) })),
  )
  await harness.kafka.send(names, [{ key: 'a', value: 'Ann' }])
  const app = await harness.started(others)
  await harness.caughtUp(app, words, prices)

  const visits = app.queries.session<string, number>('visits')
  const bounds = async (items: ReturnType<typeof visits.all>): Promise<unknown[]> =>
    (await all(items)).map(({ key: { window }, value }) => [window.start - noon, window.end - noon, value])
  expect(await bounds(visits.fetch('ann'))).toEqual([
    [0, 10_000, 2],
    [300_000, 300_000, 1],
  ])
  expect(await bounds(visits.fetch('ann', { reverse: true, limit: 1 }))).toEqual([[300_000, 300_000, 1]])
  expect(await bounds(visits.findSessions('ann', noon, noon + 20_000))).toEqual([[0, 10_000, 2]])
  expect(await visits.fetchSession('ann', noon, noon + 10_000)).toBe(2)
  expect(await visits.fetchSession('ann', noon, noon + 9000)).toBeUndefined()

  const versions = app.queries.versioned<string, string>('prices')
  expect(await versions.get('tea')).toEqual({ value: '120', timestamp: at(120), validTo: undefined })
  expect(await versions.asOf('tea', at(61))).toEqual({ value: '60', timestamp: at(60), validTo: at(120) })
  expect(
    (await all(versions.history('tea', { to: at(60), reverse: true }))).map(({ value }) => value),
  ).toEqual(['60', '0'])

  expect(await app.queries.keyValue<string, string>('names').get('a')).toBe('Ann')
  expect(await app.queries.metadataForKey('names', 'a')).toMatchObject({ local: true })
  expect(() => app.queries.window('names')).toThrow(expect.objectContaining({ code: 'query-unsupported' }))
  expect(() => app.queries.keyValue('other')).toThrow(expect.objectContaining({ code: 'store-unknown' }))
  await expect(app.store('visits').fetch('ann', noon)).rejects.toMatchObject({ code: 'query-unsupported' })
  expect(app.queries.stores().map(({ name, kind, global }) => [name, kind, global])).toEqual([
    ['visits', 'session', false],
    ['prices', 'versioned', false],
    ['names', 'key-value', true],
  ])
  const lags = await app.queries.lags()
  expect(lags.map(({ store, partition, lag }) => [store, partition, lag]).sort()).toEqual([
    ['prices', 0, 0],
    ['prices', 1, 0],
    ['visits', 0, 0],
    ['visits', 1, 0],
  ])
})
