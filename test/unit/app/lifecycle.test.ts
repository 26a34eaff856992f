import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { KafkaStreams } from '../../../src/app/kafka-streams.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import type { OffsetResetOption } from '../../../src/core/offset-reset.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { string } from '../../../src/serde/scalars.ts'
import { openHarness, until } from './harness.ts'
import { click, clicks, counts, noon, windowed } from './topologies.ts'

test('goes through the states of Java', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  const app = harness.app(windowed)
  const states: string[] = [app.state]
  app.on('state', ({ to }) => states.push(to))
  await app.start()
  await app.close()
  await app.close()
  expect(await app.ended()).toBeUndefined()
  expect(states).toEqual(['CREATED', 'REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN', 'NOT_RUNNING'])
})

test('close commits what was processed and writes a checkpoint', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  await harness.kafka.send(clicks, [click('ann', 0)])
  const app = harness.app(windowed, { commitInterval: '9s' })
  let checkpoints = 0
  app.on('checkpointed', () => checkpoints++)
  await app.start()
  await until(async () => (await app.store('counts').fetch('ann', noon)) === 1, app)
  expect(await harness.committed(clicks)).toEqual([])
  await app.close()
  expect(checkpoints).toBe(1)
  expect((await harness.committed(clicks)).map(({ offset }) => offset)).toEqual([1])
  expect(await harness.kafka.read(counts)).toHaveLength(1)
})

test('starts once', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  const app = harness.app(windowed)
  const started = app.start()
  await expect(app.start()).rejects.toMatchObject({ code: 'lifecycle' })
  await started
  await expect(app.start()).rejects.toMatchObject({
    code: 'lifecycle',
    message: 'start: the application is RUNNING; an application starts once',
  })
  await app.close()
  await expect(app.start()).rejects.toMatchObject({ code: 'lifecycle' })
})

test('close before start: it cannot be started any more', async () => {
  const harness = openHarness()
  const app = harness.app(windowed)
  await app.close()
  expect(app.state).toBe('NOT_RUNNING')
  await expect(app.start()).rejects.toMatchObject({ code: 'lifecycle' })
  expect(await app.ended()).toBeUndefined()
})

test('close during start: start rejects, and all is closed', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  const app = harness.app(windowed)
  const started = app.start()
  await app.close()
  await expect(started).rejects.toMatchObject({ code: 'lifecycle' })
  expect(app.state).toBe('NOT_RUNNING')
  // The directory is free again.
  await harness.started(windowed)
})

test('an aborted signal closes it, before, during and after the start', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  const never = harness.app(windowed)
  await expect(never.start({ signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
  expect(never.state).toBe('CREATED')

  const during = new AbortController()
  const app = harness.app(windowed)
  const started = app.start({ signal: during.signal })
  during.abort()
  await expect(started).rejects.toMatchObject({ code: 'lifecycle' })
  expect(await app.ended()).toBeUndefined()

  const after = new AbortController()
  const running = harness.app(windowed)
  await running.start({ signal: after.signal })
  after.abort()
  expect(await running.ended()).toBeUndefined()
  expect(running.state).toBe('NOT_RUNNING')
})

test('await using closes it', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  let state = (): string => ''
  {
    await using app = harness.app(windowed)
    await app.start()
    state = () => app.state
  }
  expect(state()).toBe('NOT_RUNNING')
})

test('two applications cannot share a state directory', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  await harness.started(windowed)
  const second = harness.app(windowed)
  await expect(second.start()).rejects.toMatchObject({ code: 'state-locked' })
  expect(second.state).toBe('ERROR')
})

test('a missing input topic: start rejects and names it', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, counts)
  const app = harness.app(windowed)
  await expect(app.start()).rejects.toMatchObject({
    code: 'topic-missing',
    message: 'no such topic: user-clicks',
    advice: expect.stringContaining('Create the topic'),
  })
  expect(app.state).toBe('ERROR')
})

test('a missing output topic: start rejects and names it', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks)
  const app = harness.app(windowed)
  await expect(app.start()).rejects.toMatchObject({
    code: 'topic-missing',
    message: 'no such topic: counts',
  })
  expect(app.state).toBe('ERROR')
})

test('offsetReset: latest begins at the end, none refuses to begin', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  await harness.kafka.send(clicks, [click('ann', 0)])
  const refusing = harness.app(windowed, { offsetReset: 'none' })
  await expect(refusing.start()).rejects.toMatchObject({ code: 'offset-out-of-range' })
  const latest = await harness.started(windowed, { offsetReset: 'latest' })
  await harness.kafka.send(clicks, [click('bob', 0)])
  await harness.caughtUp(latest, clicks)
  expect((await harness.kafka.read(counts)).map(({ key }) => key)).toEqual(['bob@12:00:00'])
})

test("a topic's own offsetReset goes before the application's; by duration, the young records are read", async () => {
  const harness = openHarness()
  const at = (offsetReset: OffsetResetOption) => topic('in', { key: string, value: string, offsetReset })
  const copying = (offsetReset: OffsetResetOption) =>
    topology(import.meta.url, (b) => {
      b.stream(at(offsetReset)).to(topic('out', { key: string, value: string }))
      return undefined
    })
  await harness.kafka.createTopics(1, at('none'), { name: 'out' })
  const hourMs = 3_600_000
  for (const [key, ago] of [
    ['old', 9],
    ['young', 3],
  ] as const)
    await harness.kafka.send(at('none'), [{ key, value: 'v', timestamp: Date.now() - ago * hourMs }])
  await expect(harness.app(copying('none')).start()).rejects.toMatchObject({ code: 'offset-out-of-range' })
  const byDuration = copying({ byDuration: '5h' })
  const app = await harness.started(byDuration, { offsetReset: 'none' })
  await harness.caughtUp(app, at('none'))
  const out = await harness.log('out')
  expect(out.map(({ key }) => Buffer.from(key!, 'hex').toString())).toEqual(['young'])
})

test('an unreachable broker: start rejects and says what to check', async () => {
  const { stateDir } = openHarness()
  const app = new KafkaStreams(windowed, {
    applicationId: 'app',
    stateDir,
    logger: silentLogger,
    kafka: { brokers: [`127.0.0.1:${await closedPort()}`], startTimeoutMs: 200 },
  })
  const attempts: number[] = []
  app.on('brokerUnreachable', ({ attempt }) => attempts.push(attempt))
  await expect(app.start()).rejects.toMatchObject({
    code: 'broker-unreachable',
    advice: expect.stringContaining('broker addresses'),
  })
  expect(app.state).toBe('ERROR')
  expect(attempts.length).toBeGreaterThan(0)
})

test('close while no broker can be reached', async () => {
  const { stateDir } = openHarness()
  const app = new KafkaStreams(windowed, {
    applicationId: 'app',
    stateDir,
    logger: silentLogger,
    kafka: { brokers: [`127.0.0.1:${await closedPort()}`], startTimeoutMs: 600_000 },
  })
  const tried = new Promise((resolve) => app.on('brokerUnreachable', resolve))
  const started = app.start()
  await tried
  await app.close()
  await expect(started).rejects.toMatchObject({ code: 'lifecycle' })
  expect(app.state).toBe('NOT_RUNNING')
})

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
