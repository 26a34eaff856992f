import { expect, inject, test } from 'vitest'
import { openHarness, partitions } from './app-harness.ts'
import { jsonLines, millrace, onBroker } from './cli-process.ts'

interface Lag {
  readonly state: string
  readonly members: number
  readonly lag: number
  readonly partitions: readonly { readonly member?: string; readonly committed?: number }[]
}

test('lag and top show how far an application is behind, and who has what', async () => {
  const harness = await openHarness()
  const none = await onBroker('lag', harness.name)
  expect(none).toMatchObject({ code: 1, err: `there is no group ${harness.name}\n` })

  const app = harness.app('only', harness.topology)
  await app.start()
  await harness.click('a', 'b', 'c')
  await harness.caughtUp(app)
  const running = await onBroker('lag', harness.name, '--json')
  expect(running.code, running.err).toBe(0)
  const [alive] = jsonLines<Lag>(running)
  expect(alive).toMatchObject({ state: 'Stable', members: 1, lag: 0 })
  expect(alive!.partitions).toHaveLength(partitions)
  expect(alive!.partitions.every(({ member }) => member !== undefined)).toBe(true)
  const top = await onBroker('top', harness.name, '--count', '2', '--interval', '10ms', '--json')
  expect(jsonLines<{ topics: { topic: string; processed?: number }[] }>(top)).toMatchObject([
    { state: 'Stable', topics: [{ topic: harness.clicks.name }] },
    { topics: [{ topic: harness.clicks.name, processed: 0, arriving: 0 }] },
  ])
  await app.close()

  await harness.click('a', 'b')
  const [behind] = jsonLines<Lag>(await onBroker('lag', harness.name, '--json'))
  expect(behind).toMatchObject({ state: 'Empty', members: 0, lag: 2 })
  expect(await onBroker('lag', harness.name, '--fail-above', '1')).toMatchObject({ code: 1 })
  const text = await onBroker('lag', harness.name, '--fail-above', '2')
  expect(text.code).toBe(0)
  expect(text.out).toContain(`${harness.name}: Empty, 0 members, 2 behind\n`)
  expect(text.out).toMatch(/^TOPIC +PARTITION +COMMITTED +END +LAG +MEMBER$/m)
})

test('top reads the metrics of an instance; one that does not answer is said', async () => {
  const harness = await openHarness()
  const app = harness.app('only', harness.topology, {
    listen: { port: 0, auth: { token: 'open-to-the-test' } },
  })
  await app.start()
  await harness.click('a', 'b')
  await harness.caughtUp(app)
  const { host, port } = app.address!
  const url = `http://${host}:${port}`
  const look = (...args: readonly string[]) => millrace('top', '--count', '1', '--url', url, ...args)
  const seen = await look('--token', 'open-to-the-test', '--json')
  expect(seen.code, seen.err).toBe(0)
  const [frame] = jsonLines<{ instances: { threads: unknown[]; tasks: { task: string }[] }[] }>(seen)
  expect(frame!.instances[0]!.threads).toHaveLength(1)
  expect(frame!.instances[0]!.tasks.map(({ task }) => task)).toEqual(['0_0', '0_1', '0_2', '0_3'])
  expect((await look('--token', 'open-to-the-test')).out).toMatch(/^TASK +THREAD +RECORDS \/s +BUSY %/m)
  expect((await look('--token', 'wrong')).out).toContain('it answers 401')
})

test('a cluster that is not there, or not named, is said', async () => {
  const unnamed = await millrace('lag', 'some')
  expect(unnamed).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--brokers') })
  expect(inject('kafkaBrokers')).not.toEqual([])
  expect(await millrace('lag', 'some', '--brokers', 'nonsense')).toMatchObject({ code: 2 })
})
