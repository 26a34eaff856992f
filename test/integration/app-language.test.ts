import { expect, test } from 'vitest'
import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import { type Topic, topic } from '../../src/dsl/topic.ts'
import { type Tables, type Topology, topology } from '../../src/dsl/topology.ts'
import { session, tumbling } from '../../src/dsl/windows.ts'
import { untilWindowCloses } from '../../src/index.ts'
import { long, string } from '../../src/serde/scalars.ts'
import { partitionsOf, readCommitted } from '../crash/topic-log.ts'
import { type AppHarness, openHarness, until } from './app-harness.ts'

// What a driver in one task cannot show: records that change partitions, and tasks that share a result.

const text = (name: string): Topic<string, string> => topic(name, { key: string, value: string })

/** `key value time`, each. */
async function put(
  harness: AppHarness,
  to: Topic<string, string>,
  count: number,
  ...records: readonly (readonly [key: string, value: string | null, timestamp?: number])[]
): Promise<void> {
  await harness.send(
    to.name,
    records.map(([key, value, timestamp = Date.now()]) => ({
      key: to.key.serialize(key),
      value: value === null ? null : to.value.serialize(value),
      timestamp,
    })),
    count,
  )
}

/** The last value of each key. */
async function latest<V>(
  harness: AppHarness,
  from: Topic<string, V>,
  count: number,
): Promise<Readonly<Record<string, V | null>>> {
  const found: Record<string, V | null> = {}
  await readCommitted(harness.client, partitionsOf(from.name, count), (_, { key, value }) => {
    found[from.key.deserialize(key!)] = value && from.value.deserialize(value)
  })
  return found
}

async function start(harness: AppHarness, built: Topology<Tables>): Promise<KafkaStreams<Tables>[]> {
  const apps = ['one', 'two'].map((name) => harness.app(name, built, { heartbeatInterval: 100 }))
  await Promise.all(apps.map((app) => app.start()))
  return apps
}

async function create(harness: AppHarness, counts: Readonly<Record<string, number>>): Promise<void> {
  await harness.client.createTopics(
    Object.entries(counts).map(([name, partitions]) => ({
      name,
      partitions,
      replicationFactor: 1,
      configs: {},
    })),
  )
}

test('a foreign-key join meets across tasks of topics that are partitioned differently', async () => {
  const harness = await openHarness()
  const [orders, customers, out] = ['orders', 'customers', 'out'].map((name) =>
    text(`${harness.name}-${name}`),
  ) as [Topic<string, string>, Topic<string, string>, Topic<string, string>]
  await create(harness, { [orders.name]: 3, [customers.name]: 2, [out.name]: 2 })
  const apps = await start(
    harness,
    topology(import.meta.url, (b) => {
      const joined = b
        .table(orders)
        .leftJoin(b.table(customers), (order, customer) => `${order}/${customer ?? 'nobody'}`, {
          foreignKey: (order) => order.split(':')[0]!,
          value: string,
        })
      joined.toStream().to(out)
      return { joined }
    }),
  )
  const keys = Array.from({ length: 12 }, (_, i) => `order${i}`)
  await put(harness, orders, 3, ...keys.map((key, i) => [key, `c${i % 3}:${i}`] as const))
  await put(harness, customers, 2, ['c0', 'Ada'], ['c1', 'Bob'])
  const expected = (names: readonly string[]) =>
    Object.fromEntries(keys.map((key, i) => [key, `c${i % 3}:${i}/${names[i % 3]}`]))
  const seen = async (names: readonly string[]): Promise<void> => {
    const want = JSON.stringify(Object.entries(expected(names)).sort())
    await until(
      async () => JSON.stringify(Object.entries(await latest(harness, out, 2)).sort()) === want,
      ...apps,
    )
  }
  await seen(['Ada', 'Bob', 'nobody'])
  await put(harness, customers, 2, ['c2', 'Cleo'], ['c0', null])
  await seen(['nobody', 'Bob', 'Cleo'])
})

test('streams are repartitioned to meet, and wait for each other', async () => {
  const harness = await openHarness()
  const [left, right, out] = ['left', 'right', 'out'].map((name) => text(`${harness.name}-${name}`)) as [
    Topic<string, string>,
    Topic<string, string>,
    Topic<string, string>,
  ]
  await create(harness, { [left.name]: 3, [right.name]: 2, [out.name]: 1 })
  const apps = await start(
    harness,
    topology(import.meta.url, (b) => {
      const byValue = (from: Topic<string, string>, name: string) =>
        b
          .stream(from)
          .selectKey((value) => value, { key: string })
          .repartition({ name, partitions: 4 })
      byValue(left, 'left')
        .join(byValue(right, 'right'), (a, c, key) => `${key}:${a}${c}`, { within: '1m', name: 'meet' })
        .to(out)
    }),
  )
  const time = Date.now()
  const values = Array.from({ length: 20 }, (_, i) => `v${i}`)
  await put(harness, left, 3, ...values.map((value, i) => [`l${i}`, value, time + i] as const))
  await put(harness, right, 2, ...values.map((value, i) => [`r${i}`, value, time + i] as const))
  await until(async () => Object.keys(await latest(harness, out, 1)).length === values.length, ...apps)
  expect(await latest(harness, out, 1)).toEqual(
    Object.fromEntries(values.map((value) => [value, `${value}:${value}${value}`])),
  )
})

test('every instance has a global table whole, and follows it', async () => {
  const harness = await openHarness()
  const [input, global, out] = ['input', 'global', 'out'].map((name) => text(`${harness.name}-${name}`)) as [
    Topic<string, string>,
    Topic<string, string>,
    Topic<string, string>,
  ]
  await create(harness, { [input.name]: 4, [global.name]: 3, [out.name]: 1 })
  await put(harness, global, 3, ...Array.from({ length: 10 }, (_, i) => [`g${i}`, `old${i}`] as const))
  const apps = await start(
    harness,
    topology(import.meta.url, (b) => {
      b.stream(input)
        .join(b.globalTable(global), (value, other) => `${value}=${other}`, { keyOf: (value) => value })
        .to(out)
    }),
  )
  const keys = Array.from({ length: 10 }, (_, i) => [`k${i}`, `g${i}`] as const)
  await put(harness, input, 4, ...keys)
  await until(async () => Object.keys(await latest(harness, out, 1)).length === 10, ...apps)
  expect(await latest(harness, out, 1)).toEqual(
    Object.fromEntries(keys.map(([key, value], i) => [key, `${value}=old${i}`])),
  )
  await put(harness, global, 3, ...Array.from({ length: 10 }, (_, i) => [`g${i}`, `new${i}`] as const))
  // Nothing says when it has arrived: the input is sent until it shows.
  await until(
    async () => {
      await put(harness, input, 4, ...keys)
      return Object.values(await latest(harness, out, 1)).every((value) => value?.includes('new'))
    },
    ...apps,
  )
})

test('sessions and suppressed windows survive a restart on another instance', async () => {
  const harness = await openHarness()
  const input = text(`${harness.name}-input`)
  const sessions = topic(`${harness.name}-sessions`, { key: string, value: long })
  const finals = topic(`${harness.name}-finals`, { key: string, value: long })
  await create(harness, { [input.name]: 1, [sessions.name]: 1, [finals.name]: 1 })
  const built = topology(import.meta.url, (b) => {
    const stream = b.stream(input).groupByKey()
    const burst = stream.windowedBy(session('10s', { grace: '0s' })).count({ store: { name: 'bursts' } })
    burst
      .toStream()
      .filter((count) => count !== null)
      .selectKey(
        (_count, { key, window }) => `${key}@${window.start % 1_000_000}-${window.end % 1_000_000}`,
        {
          key: string,
        },
      )
      .to(sessions)
    const windows = stream
      .windowedBy(tumbling('1m', { grace: '0s' }))
      .count({ store: { name: 'windows' } })
      .suppress(untilWindowCloses())
    windows
      .toStream()
      .selectKey((_count, { key, window }) => `${key}@${window.start % 1_000_000}`, { key: string })
      .to(finals)
    return { burst }
  })
  const start = Math.floor(Date.now() / 60_000) * 60_000
  const name = (time: number): number => time % 1_000_000
  const one = harness.app('one', built)
  await one.start()
  await put(harness, input, 1, ['a', 'x', start], ['a', 'x', start + 4000])
  await until(
    async () => (await latest(harness, sessions, 1))[`a@${name(start)}-${name(start + 4000)}`] === 2,
    one,
  )
  await one.close()
  const two = harness.app('two', built)
  await two.start()
  await put(harness, input, 1, ['a', 'x', start + 9000], ['b', 'x', start + 60_000])
  await until(async () => Object.keys(await latest(harness, finals, 1)).length === 1, two)
  expect(await latest(harness, finals, 1)).toEqual({ [`a@${name(start)}`]: 3 })
  expect(await latest(harness, sessions, 1)).toMatchObject({
    [`a@${name(start)}-${name(start + 9000)}`]: 3,
  })
})
