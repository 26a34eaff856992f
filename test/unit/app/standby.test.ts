import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { KafkaStreamsOptions } from '../../../src/app/application-options.ts'
import type { KafkaStreams } from '../../../src/app/kafka-streams.ts'
import type { HookEvents } from '../../../src/core/hooks.ts'
import type { Tables, Topology } from '../../../src/dsl/topology.ts'
import { type Harness, openHarness, until } from './harness.ts'
import { click, clicks, counts, repartitioned, windowed } from './topologies.ts'

const partitions = 4
const users = Array.from({ length: 24 }, (_, i) => `user${i}`)

type App = KafkaStreams<Tables>

/** Another process: a state directory of its own. */
function instance(
  harness: Harness,
  topology: Topology<Tables>,
  options: Partial<KafkaStreamsOptions> = {},
): App {
  const stateDir = mkdtempSync(join(tmpdir(), 'millrace-instance-'))
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }))
  return harness.app(topology, { stateDir, heartbeatInterval: 20, ...options })
}

function heard<E extends keyof HookEvents>(app: App, event: E): HookEvents[E][] {
  const events: HookEvents[E][] = []
  app.on(event, (facts) => events.push(facts))
  return events
}

function tasksOf(app: App, kind: 'activeTasks' | 'standbyTasks'): readonly string[] {
  return app.threads.flatMap((thread) => thread[kind]).sort()
}

async function settled(...apps: readonly App[]): Promise<void> {
  const all = Array.from({ length: partitions }, (_, i) => `0_${i}`)
  await until(
    () =>
      apps.every(({ state }) => state === 'RUNNING') &&
      String(apps.flatMap((app) => tasksOf(app, 'activeTasks')).sort()) === String(all),
    apps.find(({ error }) => error) ?? apps[0],
  )
}

/** The last count of each user and window: counts[i] is the number of clicks of user i. */
async function lastCounts(harness: Harness): Promise<Record<string, number>> {
  const last: Record<string, number> = {}
  for (const { key, value } of await harness.kafka.read(counts)) last[String(key)] = value ?? 0
  return last
}

async function clickAll(harness: Harness, second: number): Promise<void> {
  await harness.kafka.send(
    clicks,
    users.map((user) => click(user, second)),
  )
}

test.each(['auto', 'off'] as const)(
  'kernel: %s: a standby follows the changelog, and takes over with what it has',
  async (kernel) => {
    const harness = openHarness()
    await harness.kafka.createTopics(partitions, clicks, counts)
    const options = { numStandbyReplicas: 1, acceptableRecoveryLag: 1_000_000, kernel } as const
    const first = instance(harness, windowed, options)
    const second = instance(harness, windowed, options)
    const restored = heard(second, 'restored')
    await first.start()
    await second.start()
    await settled(first, second)
    await until(
      () => tasksOf(first, 'standbyTasks').length + tasksOf(second, 'standbyTasks').length === partitions,
    )
    for (const task of tasksOf(first, 'activeTasks')) expect(tasksOf(second, 'standbyTasks')).toContain(task)
    const updated = heard(second, 'standbyUpdated')
    for (let i = 0; i < 5; i++) await clickAll(harness, i)
    await harness.caughtUp(first, clicks)
    const moving = tasksOf(first, 'activeTasks')
    const before = restored.length
    await until(() => updated.length > 0 || moving.length === 0, second)
    await first.close()
    await settled(second)
    // What the standby had read already is not read again.
    const taken = restored.slice(before).filter(({ task }) => moving.includes(task))
    for (const { from } of taken) expect(from).toBeGreaterThan(0)
    await clickAll(harness, 6)
    await harness.caughtUp(second, clicks)
    await second.close()
    expect(second.error).toBeUndefined()
    const last = await lastCounts(harness)
    expect(Object.values(last)).toEqual(users.map(() => 6))
    expect(Object.keys(last)).toHaveLength(users.length)
  },
)

test('tasks that stay run on while another instance joins: they are not closed, restored or aborted', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(partitions, clicks, counts)
  const first = instance(harness, windowed)
  const tasks = heard(first, 'tasks')
  await first.start()
  await clickAll(harness, 0)
  await harness.caughtUp(first, clicks)
  const restored = heard(first, 'restored')
  const restoring = heard(first, 'restoring')
  const aborted = heard(first, 'aborted')
  const second = instance(harness, windowed, { acceptableRecoveryLag: Number.POSITIVE_INFINITY })
  await second.start()
  await settled(first, second)
  await clickAll(harness, 1)
  await harness.caughtUp(first, clicks)
  // All of them, then what it keeps, then the same when the other had what was given up.
  expect(tasks.map(({ assigned }) => assigned.length)).toEqual([4, 2, 2])
  expect([restored, restoring, aborted]).toEqual([[], [], []])
  await first.close()
  await settled(second)
  await clickAll(harness, 2)
  await harness.caughtUp(second, clicks)
  expect(Object.values(await lastCounts(harness))).toEqual(users.map(() => 3))
})

test('with much state a new instance warms up first, and gets tasks when it has caught up', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(partitions, clicks, counts)
  const options = { acceptableRecoveryLag: 0, maxWarmupReplicas: 4, probingRebalanceInterval: '1s' } as const
  const first = instance(harness, windowed, options)
  await first.start()
  for (let i = 0; i < 3; i++) await clickAll(harness, i)
  await harness.caughtUp(first, clicks)
  const second = instance(harness, windowed, options)
  const tasks = heard(second, 'tasks')
  await second.start()
  expect(tasks[0]).toMatchObject({ assigned: [], standby: expect.arrayContaining([expect.any(String)]) })
  await until(
    () => tasksOf(second, 'activeTasks').length === 2 && tasksOf(first, 'activeTasks').length === 2,
    first,
  )
  await settled(first, second)
  await clickAll(harness, 4)
  await harness.caughtUp(first, clicks)
  expect(Object.values(await lastCounts(harness))).toEqual(users.map(() => 4))
})

test('a static member that restarts takes its tasks up again, and nobody rebalances', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(partitions, clicks, counts)
  const first = instance(harness, windowed, { groupInstanceId: 'a' })
  const stateDir = mkdtempSync(join(tmpdir(), 'millrace-instance-'))
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }))
  const second = instance(harness, windowed, { groupInstanceId: 'b', stateDir })
  await first.start()
  await second.start()
  await settled(first, second)
  await clickAll(harness, 0)
  await harness.caughtUp(first, clicks)
  const mine = tasksOf(second, 'activeTasks')
  const rebalances = heard(first, 'tasks')
  await second.close()
  const again = instance(harness, windowed, { groupInstanceId: 'b', stateDir })
  await again.start()
  expect(tasksOf(again, 'activeTasks')).toEqual(mine)
  expect(rebalances).toEqual([])
  await clickAll(harness, 1)
  await harness.caughtUp(again, clicks)
  expect(Object.values(await lastCounts(harness))).toEqual(users.map(() => 2))
})

test('two inline threads share the tasks of one process, and one may go', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(partitions, clicks, counts)
  const app = instance(harness, repartitioned as Topology<Tables>, { threads: 2, heartbeatInterval: 20 })
  await app.start()
  await until(() => app.threads.length === 2 && tasksOf(app, 'activeTasks').length === 8, app)
  expect(app.threads.map(({ activeTasks }) => activeTasks.length)).toEqual([4, 4])
  await clickAll(harness, 0)
  await app.removeStreamThread()
  await until(() => app.threads.length === 1 && tasksOf(app, 'activeTasks').length === 8, app)
  await until(() => app.state === 'RUNNING', app)
  await clickAll(harness, 1)
  await harness.caughtUp(app, clicks, { name: 'app-counts-store-repartition' })
  expect(Object.values(await lastCounts(harness))).toEqual([users.length * 2])
})
