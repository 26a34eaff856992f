import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type KafkaBroker, startKafka } from '../broker/kafka-broker.ts'
import { happeningsIn, openHarness, until, windowStart } from './app-harness.ts'

const users = Array.from({ length: 40 }, (_, i) => `user${i}`)
const twice = Object.fromEntries(users.map((user) => [user, 2]))

// A broker of its own: it is killed, frozen and started again.
describe.skipIf(process.env['KAFKA_BROKERS'])('when the broker fails', () => {
  let broker: KafkaBroker

  beforeAll(async () => {
    broker = await startKafka()
  })
  afterAll(() => broker.stop())

  test('the application waits for it, says so, and goes on', async () => {
    const harness = await openHarness(broker.brokers)
    const app = harness.app('only', harness.topology)
    await app.start()
    await harness.click(...users)
    await harness.caughtUp(app)
    const unreachable = new Promise<number>((resolve) =>
      app.on('brokerUnreachable', ({ attempt }) => resolve(attempt)),
    )
    await broker.kill()
    expect(await unreachable).toBeGreaterThan(0)
    expect(await app.store('counts').fetch('user1', windowStart)).toBe(1)
    await broker.restart()
    await harness.click(...users)
    await harness.caughtUp(app)
    await app.close()
    expect(app.error).toBeUndefined()
    expect(await harness.updates()).toEqual(harness.expected(twice))
  })

  test('close with a time limit gives up; the next start goes on from the last commit', async () => {
    const harness = await openHarness(broker.brokers)
    const app = harness.app('only', harness.topology, {
      commitInterval: '9s',
      // It cannot leave the group: the next start waits for its session to end.
      sessionTimeout: 1500,
    })
    await app.start()
    await harness.click(...users)
    const store = app.store('counts')
    const counts = (): Promise<(number | undefined)[]> =>
      Promise.all(users.map((user) => store.fetch(user, windowStart)))
    await until(async () => (await counts()).every((count) => count === 1), app)
    await broker.kill('SIGSTOP')
    await app.close({ timeout: 300 })
    expect(app.state).toBe('ERROR')
    expect(app.error).toMatchObject({ code: 'lifecycle' })
    await broker.kill('SIGCONT')

    const next = harness.app('only', harness.topology)
    const happened = happeningsIn(next)
    await next.start()
    await harness.click(...users)
    await harness.caughtUp(next)
    await next.close()
    expect(happened.filter((what) => what.startsWith('aborted'))).toEqual([])
    expect(await harness.updates()).toEqual(harness.expected(twice))
  })
})
