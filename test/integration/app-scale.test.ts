import { expect, test } from 'vitest'
import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import type { Tables } from '../../src/dsl/topology.ts'
import { happeningsIn, openHarness, partitions, until } from './app-harness.ts'

const users = Array.from({ length: 40 }, (_, i) => `user${i}`)

function each(count: number): Record<string, number> {
  return Object.fromEntries(users.map((user) => [user, count]))
}

type App = KafkaStreams<Tables>

function tasksOf(kind: 'activeTasks' | 'standbyTasks', ...apps: readonly App[]): readonly string[] {
  return apps.flatMap((app) => app.threads.flatMap((thread) => thread[kind])).sort()
}

/** All tasks run, and every instance says so. */
async function settled(...apps: readonly App[]): Promise<void> {
  await until(
    () =>
      apps.every(({ state }) => state === 'RUNNING') && tasksOf('activeTasks', ...apps).length === partitions,
    ...apps,
  )
}

test('tasks that stay run on during a rebalance: nothing is closed, restored or aborted', async () => {
  const harness = await openHarness()
  const options = { acceptableRecoveryLag: Number.POSITIVE_INFINITY }
  const first = harness.app('first', harness.topology, options)
  await first.start()
  await harness.click(...users)
  await harness.caughtUp(first)
  const happened = happeningsIn(first)
  const second = harness.app('second', harness.topology, options)
  await second.start()
  await settled(first, second)
  await harness.click(...users)
  await harness.caughtUp(first, second)
  expect(tasksOf('activeTasks', first)).toHaveLength(2)
  expect(happened.filter((what) => /restored|aborted/.test(what))).toEqual([])
  await second.close()
  await settled(first)
  await harness.click(...users)
  await harness.caughtUp(first)
  await first.close()
  expect(await harness.updates()).toEqual(harness.expected(each(3)))
})

test('a standby takes over with the tail of the changelog only', async () => {
  const harness = await openHarness()
  const options = { numStandbyReplicas: 1, acceptableRecoveryLag: 1_000_000 }
  const [first, second] = ['first', 'second'].map((name) => harness.app(name, harness.topology, options))
  await first!.start()
  await second!.start()
  await settled(first!, second!)
  await until(() => tasksOf('standbyTasks', first!, second!).length === partitions, first!, second!)
  const updated = new Set<string>()
  second!.on('standbyUpdated', ({ task, next, to }) => next >= to && updated.add(task))
  for (let i = 0; i < 5; i++) await harness.click(...users)
  await harness.caughtUp(first!, second!)
  const moving = tasksOf('activeTasks', first!)
  await until(() => moving.every((task) => updated.has(task)), second!)
  const restored: number[] = []
  second!.on('restored', ({ from }) => restored.push(from))
  await first!.close()
  await settled(second!)
  for (const from of restored) expect(from).toBeGreaterThan(0)
  await harness.click(...users)
  await harness.caughtUp(second!)
  await second!.close()
  expect(await harness.updates()).toEqual(harness.expected(each(6)))
})

test('static members that restart find their tasks again, and the others do not rebalance', async () => {
  const harness = await openHarness()
  const first = harness.app('first', harness.topology, { groupInstanceId: 'first' })
  const second = harness.app('second', harness.topology, { groupInstanceId: 'second' })
  await first.start()
  await second.start()
  await settled(first, second)
  await harness.click(...users)
  await harness.caughtUp(first, second)
  const [ofFirst, ofSecond] = [tasksOf('activeTasks', first), tasksOf('activeTasks', second)]
  // The leader and the follower alike.
  const happened = happeningsIn(second)
  await first.close()
  const firstAgain = harness.app('first', harness.topology, { groupInstanceId: 'first' })
  await firstAgain.start()
  expect(tasksOf('activeTasks', firstAgain)).toEqual(ofFirst)
  await second.close()
  const secondAgain = harness.app('second', harness.topology, { groupInstanceId: 'second' })
  await secondAgain.start()
  expect(tasksOf('activeTasks', secondAgain)).toEqual(ofSecond)
  expect(happened.filter((what) => what.startsWith('tasks'))).toEqual([])
  await harness.click(...users)
  await harness.caughtUp(firstAgain, secondAgain)
  expect(await harness.updates()).toEqual(harness.expected(each(2)))
})
