import { expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { partitionFor } from '../../src/protocol/partitioner.ts'
import { happeningsIn, openHarness, partitions, until, windowStart } from './app-harness.ts'

const users = Array.from({ length: 40 }, (_, i) => `user${i}`)

function each(count: number): Record<string, number> {
  return Object.fromEntries(users.map((user) => [user, count]))
}

test('two instances share the tasks: commit before the rejoin, restore, and back at once on close', async () => {
  const harness = await openHarness()
  // Commits only when it must: before it joins again, and when it closes.
  const options = { commitInterval: '5m', transactionTimeout: '10m' } as const
  const first = harness.app('first', harness.topology, options)
  const firstHappened = happeningsIn(first)
  await first.start()
  expect(firstHappened).toEqual(['tasks 0_0 0_1 0_2 0_3'])
  await harness.click(...users, ...users)
  const store = first.store('counts')
  await until(
    async () =>
      (await Promise.all(users.map((user) => store.fetch(user, windowStart)))).every((n) => n === 2),
    first,
  )
  expect(await harness.client.committedOffsets(harness.name, inputs(harness.clicks.name))).toEqual([])

  const second = harness.app('second', harness.topology, options)
  const secondHappened = happeningsIn(second)
  await second.start()
  await until(() => first.state === 'RUNNING' && firstHappened.length > 2, first)
  expect(firstHappened.slice(0, 2)).toEqual(['tasks 0_0 0_1 0_2 0_3', 'committed'])
  const kept = tasksOf(firstHappened)
  const moved = tasksOf(secondHappened)
  expect(kept).toHaveLength(2)
  expect(moved).toHaveLength(2)
  expect([...kept, ...moved].sort()).toEqual(['0_0', '0_1', '0_2', '0_3'])
  // The one restores from the beginning, the other has nothing to restore.
  expect(
    secondHappened
      .filter((what) => what.startsWith('restored'))
      .map((what) => what.slice(0, 19))
      .sort(),
  ).toEqual(moved.map((task) => `restored ${task} from 0`))
  expect(firstHappened.filter((what) => what.startsWith('restored'))).toEqual([])

  await harness.click(...users)
  await second.close()
  await until(() => tasksOf(firstHappened).length === partitions && first.state === 'RUNNING', first)
  await harness.click(...users)
  await until(
    async () =>
      (await Promise.all(users.map((user) => store.fetch(user, windowStart)))).every((n) => n === 4),
    first,
  )
  await first.close()
  expect([...firstHappened, ...secondHappened].filter((what) => what.startsWith('aborted'))).toEqual([])
  expect(await harness.updates()).toEqual(harness.expected(each(4)))
})

test('a query at the wrong instance names the right one, which answers', async () => {
  const harness = await openHarness()
  const apps = ['127.0.0.1:1', '127.0.0.1:2'].map((applicationServer) =>
    harness.app(applicationServer.replace(':', '-'), harness.topology, { applicationServer }),
  )
  const happened = apps.map(happeningsIn)
  await Promise.all(apps.map((app) => app.start()))
  await until(() => happened.every((list) => tasksOf(list).length === 2), ...apps)
  await harness.click(...users)
  await harness.caughtUp(...apps)
  for (const user of users) {
    const task = `0_${partitionFor(utf8(user), partitions)}`
    const owner = happened.findIndex((list) => tasksOf(list).includes(task))
    const [right, wrong] = [apps[owner]!, apps[1 - owner]!]
    expect(await right.store('counts').fetch(user, windowStart)).toBe(1)
    // Nothing listens there.
    await expect(wrong.store('counts').fetch(user, windowStart, { timeout: '1ms' })).rejects.toMatchObject({
      code: 'owner-unreachable',
      details: { owner: ['127.0.0.1:1', '127.0.0.1:2'][owner] },
    })
  }
})

test('an instance that is gone and comes back goes on from its checkpoint', async () => {
  const harness = await openHarness()
  for (let round = 1; round <= 2; round++) {
    const app = harness.app('only', harness.topology)
    const happened = happeningsIn(app)
    await app.start()
    await harness.click(...users)
    await harness.caughtUp(app)
    await app.close()
    expect(happened.filter((what) => /^restored .* [1-9]\d*$/.test(what))).toEqual([])
  }
  expect(await harness.updates()).toEqual(harness.expected(each(2)))
})

/** Of the last rebalance. */
function tasksOf(happened: readonly string[]): readonly string[] {
  const last = happened.findLast((what) => what.startsWith('tasks'))
  return last?.split(' ').slice(1) ?? []
}

function inputs(topic: string): { topic: string; partition: number }[] {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
}
