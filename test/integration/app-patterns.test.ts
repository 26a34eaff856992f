import { Kafka, logLevel } from 'kafkajs'
import { expect, test } from 'vitest'
import { utf8, utf8Text } from '../../src/core/bytes.ts'
import { topic, topicPattern } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import { long, string } from '../../src/serde/scalars.ts'
import { partitionsOf, readCommitted } from '../crash/topic-log.ts'
import { type AppHarness, happeningsIn, openHarness, partitions, until } from './app-harness.ts'

const text = { key: string, value: string }
const metadataMaxAge = 100
const users = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal']

/** A record of each user. */
async function put(harness: AppHarness, to: string, count: number, timestamp = Date.now()): Promise<void> {
  await harness.send(
    to,
    users.map((user) => ({ key: utf8(user), value: utf8(to), timestamp })),
    count,
  )
}

/** What each key got, in order. */
async function updates(
  harness: AppHarness,
  from: string,
): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
  const found = new Map<string, Uint8Array[]>()
  await readCommitted(harness.client, partitionsOf(from, partitions), (_, { key, value }) => {
    const name = utf8Text(key!)
    found.set(name, [...(found.get(name) ?? []), Uint8Array.from(value!)])
  })
  return found
}

async function numbers(harness: AppHarness): Promise<Readonly<Record<string, readonly number[]>>> {
  const found = await updates(harness, harness.counts.name)
  return Object.fromEntries([...found].map(([user, values]) => [user, values.map(long.deserialize)]))
}

const upTo = (n: number) =>
  Object.fromEntries(users.map((user) => [user, Array.from({ length: n }, (_, i) => i + 1)]))

const lengths = (found: Readonly<Record<string, readonly unknown[]>>): number =>
  Object.values(found).reduce((sum, values) => sum + values.length, 0)

async function withAdmin(
  harness: AppHarness,
  run: (admin: ReturnType<Kafka['admin']>) => Promise<unknown>,
): Promise<void> {
  const admin = new Kafka({ brokers: [...harness.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await run(admin)
  } finally {
    await admin.disconnect()
  }
}

test('topics that match a pattern are counted together, those that come later and go too', async () => {
  const harness = await openHarness()
  const [first, second, later] = ['in-1', 'in-2', 'in-3'].map((name) => `${harness.name}-${name}`) as [
    string,
    string,
    string,
  ]
  await harness.createTopics(first, second, `${harness.name}-other`)
  const counted = topology(import.meta.url, (b) => {
    const table = b
      .stream(topicPattern(new RegExp(`${harness.name}-in-\\d`), text))
      .groupByKey()
      .count({ store: { name: 'n', changelog: 'each' } })
    table.toStream().to(harness.counts)
    return { counts: table }
  })
  await put(harness, first, partitions)
  await put(harness, second, partitions)
  await put(harness, `${harness.name}-other`, partitions)
  const apps = ['one', 'two'].map((name) => harness.app(name, counted, { metadataMaxAge }))
  const happened = apps.map(happeningsIn)
  await Promise.all(apps.map((app) => app.start()))
  await until(async () => lengths(await numbers(harness)) === 2 * users.length, ...apps)
  expect(await numbers(harness)).toEqual(upTo(2))

  await harness.createTopics(later)
  await put(harness, later, partitions)
  await put(harness, first, partitions)
  await until(async () => lengths(await numbers(harness)) === 4 * users.length, ...apps)
  expect(await numbers(harness)).toEqual(upTo(4))

  const rebalances = (): number => happened.flat().filter((what) => what.startsWith('tasks')).length
  const before = rebalances()
  await withAdmin(harness, (admin) => admin.deleteTopics({ topics: [second] }))
  await until(() => rebalances() >= before + 2, ...apps)
  await put(harness, later, partitions)
  await until(async () => lengths(await numbers(harness)) === 5 * users.length, ...apps)
  await Promise.all(apps.map((app) => app.close()))
  expect(await numbers(harness)).toEqual(upTo(5))
  expect(happened.flat().filter((what) => what.startsWith('aborted'))).toEqual([])
})

test('an application waits for the first topic that matches', async () => {
  const harness = await openHarness()
  const counted = topology(import.meta.url, (b) => {
    const byUser = b
      .stream(topicPattern(new RegExp(`${harness.name}-in-\\d`), text))
      .selectKey((_, key) => key, { key: string })
    const table = byUser.groupByKey({ value: string }).count({ store: { name: 'n' } })
    table.toStream().to(harness.counts)
  })
  const app = harness.app('only', counted, { metadataMaxAge })
  await app.start()
  expect(app.state).toBe('RUNNING')
  await harness.createTopics(`${harness.name}-in-1`)
  await put(harness, `${harness.name}-in-1`, partitions)
  await until(async () => lengths(await numbers(harness)) === users.length, app)
  await app.close()
  expect(await numbers(harness)).toEqual(upTo(1))
})

test('a source topic that gets more partitions is read whole', async () => {
  const harness = await openHarness()
  const input = topic(`${harness.name}-in`, text)
  await harness.createTopics(input.name)
  const copied = topology(import.meta.url, (b) => {
    b.stream(input).to(topic(harness.counts.name, text))
  })
  const app = harness.app('only', copied, { metadataMaxAge })
  await app.start()
  await withAdmin(harness, (admin) =>
    admin.createPartitions({ topicPartitions: [{ topic: input.name, count: 2 * partitions }] }),
  )
  await until(
    async () => (await harness.client.topics([input.name])).get(input.name)?.partitions === 2 * partitions,
  )
  await put(harness, input.name, 2 * partitions)
  await until(async () => (await updates(harness, harness.counts.name)).size === users.length, app)
  await app.close()
  const copies = [...(await updates(harness, harness.counts.name))].map(([user, { length }]) => [
    user,
    length,
  ])
  expect(copies.toSorted()).toEqual(users.map((user) => [user, 1]))
})
