import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { aggregatedClicks, clickCount, userClicks } from '../../../examples/01-click-count/click-count.ts'
import { countServer } from '../../../examples/01-click-count/server.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { type Harness, openHarness } from './harness.ts'
import { click, clicks, counts, noon, unwindowed, windowed } from './topologies.ts'

describe.each(['auto', 'off'] as const)('kernel: %s', (kernel) => {
  test('fetch gives the count of a window', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(3, clicks, counts)
    await harness.kafka.send(clicks, [click('ann', 0), click('ann', 1), click('bob', 300), click('cid', 2)])
    const app = await harness.started(windowed, { kernel })
    await harness.caughtUp(app, clicks)
    const store = app.store('counts')
    expect(await store.fetch('ann', noon)).toBe(2)
    expect(await store.fetch('ann', new Date(noon))).toBe(2)
    expect(await store.fetch('bob', noon + 300_000)).toBe(1)
    expect(await store.fetch('cid', noon)).toBe(1)
    expect(await store.fetch('bob', noon)).toBeUndefined()
    expect(await store.fetch('ann', noon + 1)).toBeUndefined()
    expect(await store.fetch('nobody', noon)).toBeUndefined()
  })

  test('fetch gives nothing of a window that has expired', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    await harness.kafka.send(clicks, [click('ann', 0)])
    const app = await harness.started(windowed, { kernel })
    await harness.caughtUp(app, clicks)
    await harness.kafka.send(clicks, [click('ann', 86_400)])
    await harness.caughtUp(app, clicks)
    expect(await app.store('counts').fetch('ann', noon)).toBeUndefined()
    expect(await app.store('counts').fetch('ann', noon + 86_400_000)).toBe(1)
  })

  test('get gives the count of a key', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(2, clicks, counts)
    await harness.kafka.send(clicks, [click('ann', 0), click('ann', 1), click('bob', 300)])
    const app = await harness.started(unwindowed, { kernel })
    await harness.caughtUp(app, clicks)
    expect(await app.store('counts').get('ann')).toBe(2)
    expect(await app.store('counts').get('bob')).toBe(1)
    expect(await app.store('counts').get('nobody')).toBeUndefined()
  })
})

test('store-not-ready before the start and after the end, store-unknown for what is no table', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  const app = harness.app(windowed)
  expect(failure(() => app.store('counts'))).toMatchObject({
    code: 'store-not-ready',
    message: "store 'counts' is not ready: the application is CREATED",
  })
  await app.start()
  expect(failure(() => app.store('other' as 'counts'))).toMatchObject({ code: 'store-unknown' })
  const store = app.store('counts')
  await app.close()
  expect(failure(() => app.store('counts'))).toMatchObject({
    message: "store 'counts' is not ready: the application is NOT_RUNNING",
  })
  await expect(store.fetch('ann', noon)).rejects.toMatchObject({ code: 'store-not-ready' })
})

describe('the routes of the example', () => {
  interface Answer {
    readonly status: number
    readonly body: unknown
  }

  /** Serves an application, or what stands for one. */
  async function serve(app: Parameters<typeof countServer>[0]): Promise<(path: string) => Promise<Answer>> {
    const server = countServer(app).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return async (path) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      return { status: response.status, body: await response.json() }
    }
  }

  async function running(harness: Harness): Promise<(path: string) => Promise<Answer>> {
    await harness.kafka.createTopics(2, userClicks, aggregatedClicks)
    const morning = Date.UTC(2024, 0, 5, 10) / 1000
    const clicksOf = (userId: string, ...seconds: number[]): { key: string; value: never }[] =>
      seconds.map((second) => ({
        key: userId,
        value: { userId, url: '/', timestamp: morning + second } as never,
      }))
    await harness.kafka.send(userClicks, [...clicksOf('user123', 0, 7, 299, 300), ...clicksOf('Ünal/1', 1)])
    const app = await harness.started(clickCount)
    await harness.caughtUp(app, userClicks)
    return serve(app)
  }

  /** An application whose queries all end with this error. */
  function failing(error: Error): Parameters<typeof countServer>[0] {
    const store = { fetch: () => Promise.reject(error) }
    return { store: () => store } as unknown as Parameters<typeof countServer>[0]
  }

  test('200 with the count, 404 if nobody clicked', async () => {
    const ask = await running(openHarness())
    expect(await ask('/count/user123?window=2024-01-05T10:00:00')).toEqual({
      status: 200,
      body: { count: 3, window: '10:00:00-10:05:00' },
    })
    expect(await ask('/count/user123?window=2024-01-05T10:05:00')).toEqual({
      status: 200,
      body: { count: 1, window: '10:05:00-10:10:00' },
    })
    expect(await ask(`/count/${encodeURIComponent('Ünal/1')}?window=2024-01-05T10:00:00`)).toMatchObject({
      status: 200,
      body: { count: 1 },
    })
    expect((await ask('/count/user124?window=2024-01-05T10:00:00')).status).toBe(404)
    expect((await ask('/count/user123?window=2024-01-05T10:10:00')).status).toBe(404)
  })

  test.each([
    '/count/user123',
    '/count/user123?window=',
    '/count/user123?window=10:00:00',
    '/count/user123?window=2024-01-05T10:00:00Z',
    '/count/user123?window=2024-13-05T10:00:00',
    '/count/user123?window=2024-01-05T10:01:00',
    '/count/user123?window=1704448800000',
    '/count/?window=2024-01-05T10:00:00',
    '/count/a/b?window=2024-01-05T10:00:00',
    '/count/%E0%A4%A?window=2024-01-05T10:00:00',
    '/',
  ])('400: %s', async (path) => {
    const ask = await serve(failing(new Error('was asked')))
    const { status, body } = await ask(path)
    expect(status).toBe(400)
    expect(body).toEqual({ error: expect.any(String) })
  })

  test.each([
    [
      new StreamsError('store-elsewhere', 'it is at b', { details: { owner: 'b:7071' } }),
      421,
      { owner: 'b:7071' },
    ],
    [new StreamsError('store-not-ready', 'it is being restored'), 503, { error: 'it is being restored' }],
    [new Error('secret'), 500, { error: 'internal error' }],
  ])('%s', async (error, status, body) => {
    const ask = await serve(failing(error))
    expect(await ask('/count/user123?window=2024-01-05T10:00:00')).toMatchObject({ status, body })
  })

  test('503 before the application has started', async () => {
    const ask = await serve(openHarness().app(clickCount))
    expect((await ask('/count/user123?window=2024-01-05T10:00:00')).status).toBe(503)
  })
})

function failure(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}
