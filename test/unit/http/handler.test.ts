import { describe, expect, test } from 'vitest'
import { type ErrorCode, StreamsError } from '../../../src/core/errors.ts'
import type { Logger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import type { ReadOptions } from '../../../src/http/served.ts'
import { asking, queriesWith } from './ask.ts'

const token = 'correct-horse-battery'

test.each([
  ['/nothing', 404, 'request-not-found'],
  ['/stores/', 404, 'store-unknown'],
  ['/stores/other', 404, 'store-unknown'],
  ['/stores/balances/entries/%E0%A4%A', 400, 'request-invalid'],
  ['/stores/balances/entries/a%2', 400, 'request-invalid'],
  ['/stores/balances/entries?from=%ff', 400, 'request-invalid'],
  ['/stores/balances/entries?form=alice', 400, 'request-invalid'],
  ['/stores/balances/entries?from=a&from=b', 400, 'request-invalid'],
  ['/stores/balances/entries?limit=0', 400, 'request-invalid'],
  ['/stores/balances/entries?limit=1001', 400, 'request-invalid'],
  ['/stores/balances/entries?limit=ten', 400, 'request-invalid'],
  ['/stores/balances/entries?reverse=yes', 400, 'request-invalid'],
  ['/stores/balances/entries?isolation=none', 400, 'request-invalid'],
  ['/stores/balances/windows', 400, 'request-invalid'],
  ['/stores/clicks/entries/alice', 400, 'request-invalid'],
  ['/stores/clicks/windows/alice?from=10:00:00', 400, 'request-invalid'],
  ['/stores/clicks/windows/alice?from=2024-13-05T10:00:00Z', 400, 'request-invalid'],
  ['/stores/clicks/windows/alice?from=99999999999999999', 400, 'request-invalid'],
  ['/stores/visits/sessions', 400, 'request-invalid'],
  ['/stores/balances/changes?after=x', 400, 'request-invalid'],
  ['/topology?format=dot', 400, 'request-invalid'],
  ['/query/v1', 405, 'request-method'],
  [`/stores/balances/entries/${'a'.repeat(8192)}`, 414, 'request-too-large'],
])('%.60s is answered %i %s', async (path, status, code) => {
  const answer = await asking()(path)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.body).toMatchObject({
    type: `urn:millrace:${code}`,
    status,
    code,
    detail: expect.any(String),
  })
})

test('a store of another kind says where to ask', async () => {
  const { body } = await asking()('/stores/clicks/entries/alice')
  expect(body).toMatchObject({
    detail: "store 'clicks-store' is a window store: ask /stores/clicks-store/windows",
  })
})

test('only what is defined: other methods are refused, HEAD is GET without a body', async () => {
  const ask = asking()
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'POST']) {
    const { status, headers } = await ask('/stores', { method })
    expect([method, status, headers.get('allow')]).toEqual([method, 405, 'GET, HEAD'])
  }
  const head = await ask('/stores/balances/entries/alice', { method: 'HEAD' })
  expect([head.status, head.text, head.headers.get('content-type')]).toEqual([200, '', 'application/json'])
  expect((await ask('/stores/balances/changes', { method: 'HEAD' })).text).toBe('')
})

test('no answer is kept, guessed at or shared with other origins', async () => {
  for (const path of ['/stores', '/nothing', '/metrics']) {
    const { headers } = await asking()(path, { headers: { origin: 'http://elsewhere.example' } })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
})

describe('errors of the application', () => {
  const failing = (error: unknown, logger?: Logger) =>
    asking({ served: queriesWith({ get: () => Promise.reject(error) }), ...(logger && { logger }) })

  test.each([
    ['store-not-ready', 503, '1'],
    ['store-elsewhere', 421, null],
    ['broker-unreachable', 503, '1'],
  ] as const)('%s is %i', async (code, status, retryAfter) => {
    const error = new StreamsError(code, 'it moves', { details: { owner: '10.0.0.2:7070' } })
    const answer = await failing(error)('/stores/balances/entries/alice')
    expect(answer.headers.get('retry-after')).toBe(retryAfter)
    expect(answer.body).toMatchObject({
      status,
      code,
      detail: 'it moves',
      details: { owner: '10.0.0.2:7070' },
    })
  })

  test.each([
    [new Error('password hunter2 at /etc/secret'), 'internal'],
    [new StreamsError('state-unreadable', 'password hunter2'), 'state-unreadable'],
    ['hunter2', 'internal'],
  ])('what is not meant for the asker is logged, not told: %s', async (error, code: ErrorCode | string) => {
    const logged: unknown[] = []
    const log = (facts: object): void => void logged.push(facts)
    const answer = await failing(error, { debug: log, info: log, warn: log, error: log })(
      '/stores/balances/entries/alice',
    )
    expect(answer.body).toMatchObject({ status: 500, code })
    expect(answer.text).not.toMatch(/hunter2|\.ts|at /)
    expect(logged).toEqual([{ err: error }])
  })
})

describe('credentials', () => {
  const bearer = (text: string): RequestInit => ({ headers: { authorization: `Bearer ${text}` } })

  test('one of the tokens, and nothing near to it', async () => {
    const ask = asking({ options: { auth: { token: [token, `${token}-new`] } } })
    for (const good of [token, `${token}-new`]) expect((await ask('/stores', bearer(good))).status).toBe(200)
    for (const bad of ['', 'x', token.slice(1), `${token} `, `${token}x`, token.toUpperCase()].filter(
      (text) => text.trim() !== token,
    )) {
      const answer = await ask('/stores', bearer(bad))
      expect([bad, answer.status]).toEqual([bad, 401])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="millrace"')
      expect(answer.text).not.toContain(token)
    }
    expect((await ask('/stores')).status).toBe(401)
    expect((await ask('/stores', { headers: { authorization: `Basic ${token}` } })).status).toBe(401)
  })

  test('a hook decides for those without a token; one that fails refuses', async () => {
    const ask = asking({
      options: {
        auth: {
          token,
          authorize(request) {
            if (request.headers.get('x-user') === 'broken') throw new Error('no directory')
            return Promise.resolve(request.headers.get('x-user') === 'ann')
          },
        },
      },
    })
    const as = (user: string): RequestInit => ({ headers: { 'x-user': user } })
    expect((await ask('/stores', as('ann'))).status).toBe(200)
    expect((await ask('/stores', bearer(token))).status).toBe(200)
    expect((await ask('/stores', as('bob'))).status).toBe(401)
    expect((await ask('/stores', as('broken'))).status).toBe(401)
  })

  test('probes need none, and are told no reasons without', async () => {
    const ask = asking({
      options: { auth: { token } },
      served: {
        health: () => ({
          state: 'REBALANCING',
          live: { ok: true, reasons: [] },
          ready: { ok: false, reasons: ['the application is REBALANCING'] },
        }),
      },
    })
    expect(await ask('/health/live')).toMatchObject({ status: 200, body: { status: 'up' } })
    const stranger = await ask('/health/ready')
    expect([stranger.status, stranger.body]).toEqual([503, { status: 'down' }])
    expect((await ask('/health/ready', bearer(token))).body).toEqual({
      status: 'down',
      state: 'REBALANCING',
      reasons: ['the application is REBALANCING'],
    })
  })
})

describe('limits', () => {
  test('of requests at once: a place is free when the work has ended', async () => {
    const { promise, resolve } = deferred()
    const ask = asking({
      options: { limits: { requests: 1 } },
      served: queriesWith({ get: () => promise.then(() => undefined) }),
    })
    const first = ask('/stores/balances/entries/alice')
    const second = await ask('/stores/balances/entries/alice')
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '1'])
    expect(second.body).toMatchObject({ code: 'request-too-many' })
    resolve()
    expect((await first).status).toBe(404)
    expect((await ask('/stores')).status).toBe(200)
  })

  test('of time: the query is told to stop, and holds its place until it does', async () => {
    const clock = new ManualClock()
    const { promise, resolve } = deferred()
    let asked: ReadOptions | undefined
    const ask = asking({
      clock,
      options: { limits: { requests: 1, requestTimeout: '2s' } },
      served: queriesWith({
        get: (_store, _key, options) => {
          asked = options
          return promise.then(() => undefined)
        },
      }),
    })
    const first = ask('/stores/balances/entries/alice')
    while (!asked) await new Promise(setImmediate)
    clock.advance(1999)
    expect(asked.signal.aborted).toBe(false)
    clock.advance(1)
    const late = await first
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1'])
    expect(late.body).toMatchObject({ code: 'request-timeout', detail: 'it took longer than 2000 ms' })
    expect(asked.signal.aborted).toBe(true)
    expect((await ask('/stores')).status).toBe(429)
    resolve()
    await new Promise(setImmediate)
    expect((await ask('/stores')).status).toBe(200)
  })

  test('of results: the rest is not read', async () => {
    let read = 0
    const ask = asking({
      options: { limits: { results: 5 } },
      served: queriesWith({
        async *range() {
          for (; ; read++) yield { key: `k${read}`, value: 1n, timestamp: 0 }
        },
      }),
    })
    const { body } = await ask('/stores/balances/entries')
    expect(body).toMatchObject({ more: true, next: 'k5' })
    expect((body as { entries: unknown[] }).entries).toHaveLength(5)
    expect(read).toBe(5)
  })

  test('of bytes: an answer ends early, and has one entry at least', async () => {
    const ask = asking({
      options: { limits: { responseBytes: 1000 } },
      served: queriesWith({
        async *range(_, { from }) {
          for (const key of ['a', 'b', 'c', 'd'])
            if (from === undefined || key >= String(from))
              yield { key, value: key === 'd' ? 'x'.repeat(5000) : 'x'.repeat(400), timestamp: 0 }
        },
      }),
    })
    expect((await ask('/stores/balances/entries')).body).toMatchObject({
      entries: [{ key: 'a' }, { key: 'b' }],
      more: true,
      next: 'c',
    })
    expect((await ask('/stores/balances/entries?from=d')).body).toMatchObject({
      entries: [{ key: 'd' }],
      more: false,
    })
  })

  test('of the body between instances', async () => {
    const ask = asking({
      options: { limits: { bodyBytes: 10 } },
      served: { answerRemote: (question) => Promise.resolve(question.toReversed()) },
    })
    const post = (body: string | ReadableStream): RequestInit =>
      ({ method: 'POST', body, duplex: 'half' }) as RequestInit
    expect(await ask('/query/v1', post('0123456789'))).toMatchObject({ status: 200, text: '9876543210' })
    expect((await ask('/query/v1', post('0123456789a'))).body).toMatchObject({
      status: 413,
      code: 'request-too-large',
    })
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(4)) })
    expect((await ask('/query/v1', post(endless))).status).toBe(413)
    expect((await asking()('/query/v1', post(''))).status).toBe(404)
  })
})

test('how to read is passed on', async () => {
  const asked: object[] = []
  const ask = asking({
    served: queriesWith({
      get: (_store, _key, { isolation, stale }) => {
        asked.push({ isolation, stale })
        return Promise.resolve(undefined)
      },
    }),
  })
  await ask('/stores/balances/entries/alice')
  await ask('/stores/balances/entries/alice?isolation=checkpoint&stale')
  expect(asked).toEqual([
    { isolation: 'latest', stale: false },
    { isolation: 'checkpoint', stale: true },
  ])
})

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
