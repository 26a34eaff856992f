import { join } from 'node:path'
import { expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { long } from '../../src/serde/scalars.ts'
import { freePorts } from '../broker/free-ports.ts'
import { type AppHarness, openHarness, partitions, windowStart } from './app-harness.ts'
import { QueryInstance } from './query-instances.ts'

const users = Array.from({ length: 40 }, (_, i) => `user${i}`)
const sorted = [...users].sort()

test('every key is found through every process: before, during and after a rebalance and a kill -9', async () => {
  const harness = await openHarness()
  const payments = `${harness.name}-payments`
  await harness.createTopics(payments)
  const ports = await freePorts(4)
  /** The second one has worker threads. */
  const open = (number: number): QueryInstance =>
    new QueryInstance({
      applicationId: harness.name,
      brokers: harness.brokers,
      stateDir: join(harness.folder, `instance-${number}`),
      port: ports[number]!,
      threads: number === 1 ? 2 : 1,
      args: { clicks: harness.clicks.name, payments },
    })
  const first = [open(0), open(1), open(2)]
  await Promise.all(first.map(({ running }) => running))
  await harness.click(...users, ...users)
  await pay(harness, payments)
  await processed(harness, payments)

  for (const instance of first) await expectAll(instance)
  const instances = await first[0]!.ask<{ port: number; local: boolean; stores: string[] }[]>({
    kind: 'instances',
  })
  expect(instances.map(({ port }) => port).sort()).toEqual(ports.slice(0, 3).sort())
  expect(instances.filter(({ local }) => local).map(({ port }) => port)).toEqual([ports[0]])

  // A fourth one takes tasks over: those who ask meanwhile wait for it.
  const fourth = open(3)
  const meanwhile = first.map((instance) => expectAll(instance))
  await fourth.running
  await Promise.all(meanwhile)
  for (const instance of [...first, fourth]) await expectAll(instance)

  await first[2]!.kill()
  const left = [first[0]!, first[1]!, fourth]
  await Promise.all(left.map((instance) => expectAll(instance)))
  for (const instance of left) await expectAll(instance)

  const lags = await fourth.ask<{ store: string; lag: number; active: boolean }[]>({ kind: 'lags' })
  expect(lags.filter(({ active }) => active).every(({ lag }) => lag === 0)).toBe(true)
  expect(await Promise.all(left.map((instance) => instance.close()))).toEqual([0, 0, 0])
})

/** What each user paid is the number in its name, twice. */
async function pay(harness: AppHarness, payments: string): Promise<void> {
  for (let time = 0; time < 2; time++)
    await harness.send(
      payments,
      users.map((user, i) => ({ timestamp: windowStart, key: utf8(user), value: long.serialize(i) })),
    )
}

async function processed(harness: AppHarness, payments: string): Promise<void> {
  const inputs = [harness.clicks.name, payments].flatMap((topic) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  )
  await harness.committedToEnd(inputs)
}

async function expectAll(instance: QueryInstance): Promise<void> {
  expect(await instance.ask({ kind: 'counts', users, window: windowStart })).toEqual(users.map(() => 2))
  expect(await instance.ask({ kind: 'paid', users })).toEqual(users.map((_, i) => 2 * i))
  expect(await instance.ask({ kind: 'paid', users: ['nobody'] })).toEqual([null])
  const entries = sorted.map((user) => [user, 2 * users.indexOf(user)])
  expect(await instance.ask({ kind: 'all-paid', reverse: false })).toEqual(entries)
  expect(await instance.ask({ kind: 'all-paid', reverse: true, limit: 5 })).toEqual(
    [...entries].reverse().slice(0, 5),
  )
  expect(await instance.ask({ kind: 'all-counts', from: windowStart, to: windowStart })).toEqual(
    sorted.map((user) => [user, windowStart, 2]),
  )
}
