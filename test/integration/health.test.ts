import { expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../src/core/logger.ts'
import { startKafka } from '../broker/kafka-broker.ts'
import { openHarness, until } from './app-harness.ts'
import type * as jobs from './threads/jobs.ts'
import { compiled, workerApp } from './worker-apps.ts'

const { fragile } = await compiled<typeof jobs>('test/integration/threads/jobs.js')

test('a function that never returns is warned about, then the application is not live', async () => {
  const harness = await openHarness()
  const warnings: string[] = []
  const app = workerApp(harness, 'one', fragile.withArgs({ name: harness.name, folder: harness.folder }), {
    sessionTimeout: '3s',
    logger: { ...silentLogger, warn: (_, text) => warnings.push(text) },
  })
  await app.start()
  expect(app.health()).toMatchObject({ live: { ok: true }, ready: { ok: true } })
  await harness.click('hangs')
  await until(() => warnings.some((text) => /has been blocked for \d+ ms/.test(text)), app)
  await until(() => !app.health().live.ok, app)
  expect(app.health().live.reasons).toEqual([
    expect.stringMatching(/StreamThread-\d has been blocked for \d+ ms/),
  ])
  await app.close({ timeout: 100 })
  expect(app.health()).toMatchObject({ state: 'ERROR', live: { ok: false }, ready: { ok: false } })
})

test.skipIf(process.env['KAFKA_BROKERS'])(
  'while Kafka is away an application is live and not ready, and goes on when it is back',
  async () => {
    const broker = await startKafka()
    onTestFinished(() => broker.stop())
    const harness = await openHarness(broker.brokers)
    const app = harness.app('one', harness.topology)
    await app.start()
    await harness.click('ann')
    await harness.caughtUp(app)
    await broker.kill('SIGTERM')
    await until(() => !app.health().ready.ok, app)
    expect(app.health().ready.reasons).toContainEqual(
      expect.stringContaining('a broker could not be reached'),
    )
    expect(app.health().live.ok).toBe(true)
    await broker.restart()
    await harness.click('ann')
    await harness.caughtUp(app)
    await until(() => app.health().ready.ok, app)
    expect(app.error).toBeUndefined()
    await app.close()
    expect(await harness.updates()).toEqual(harness.expected({ ann: 2 }))
  },
)
