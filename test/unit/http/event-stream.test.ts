import { expect, test } from 'vitest'
import { silentLogger } from '../../../src/core/logger.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { createHandler, type HandlerParts } from '../../../src/http/handler.ts'
import type { Served } from '../../../src/http/served.ts'
import type { ChangesFrom, StoreChange } from '../../../src/query/store-changes.ts'
import { exampleServed } from './example-served.ts'

/** A feed without end, that says how much was taken of it and whether it was let go. */
class EndlessFeed {
  taken = 0
  ended = false
  from: ChangesFrom | undefined
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  readonly changes: Served['changes'] = (_, from) => {
    this.from = from
    return Promise.resolve({ positions: new Map([[2, 100]]), [Symbol.asyncIterator]: () => this.#all() })
  }

  async *#all(): AsyncGenerator<StoreChange> {
    try {
      while (!this.from?.signal.aborted) {
        const nextOffset = 101 + this.taken++
        yield { key: 'a', value: this.#value, timestamp: 5, partition: 2, nextOffset }
      }
    } finally {
      this.ended = true
    }
  }
}

const request = (path = '/stores/balances/changes', init?: RequestInit): Request =>
  new Request(`http://localhost${path}`, init)

function handlerOf(
  changes: Served['changes'],
  others: Partial<HandlerParts> = {},
): (request: Request) => Promise<Response> {
  return createHandler({
    served: { ...exampleServed, changes },
    options: {},
    clock: new ManualClock(),
    logger: silentLogger,
    ...others,
  })
}

/** Lets everything happen that can. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

async function textOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text
    text += Buffer.from(value).toString()
  }
}

test('Last-Event-ID and after say where to begin; the key is one of the serde', async () => {
  const feed = new EndlessFeed('x')
  const handler = handlerOf(feed.changes)
  const by = async (path: string, headers = {}): Promise<unknown> => {
    const response = await handler(request(path, { headers }))
    await response.body?.cancel()
    return [feed.from?.key, [...(feed.from?.positions ?? [])]]
  }
  expect(await by('/stores/balances/changes')).toEqual([undefined, []])
  expect(await by('/stores/balances/changes?key=alice', { 'last-event-id': '0:5,12:70' })).toEqual([
    'alice',
    [
      [0, 5],
      [12, 70],
    ],
  ])
  expect(await by('/stores/balances/changes?after=1:7', { 'last-event-id': '0:5' })).toEqual([
    undefined,
    [[1, 7]],
  ])
})

test('a slow reader holds the source back, is told, and cut off', async () => {
  const feed = new EndlessFeed('x'.repeat(1000))
  const clock = new ManualClock()
  const options = { limits: { eventStreams: 1, readerTimeout: '5s' } } as const
  const handler = handlerOf(feed.changes, { clock, options })
  const response = await handler(request())
  const reader = response.body!.getReader()
  const { value } = await reader.read()
  expect(Buffer.from(value!).toString()).toBe('id: 2:100\nevent: begin\ndata: {}\n\n')
  await settled()
  const { taken } = feed
  expect(taken).toBeGreaterThan(30)
  expect(taken).toBeLessThan(80)
  clock.advance(4999)
  await settled()
  expect([feed.taken, feed.ended]).toEqual([taken, false])
  expect((await handler(request())).status).toBe(429)
  clock.advance(1)
  await settled()
  expect(feed.ended).toBe(true)
  const rest = await textOf(reader)
  const events = rest.trim().split('\n\n')
  // The one taken last had no room.
  expect(events).toHaveLength(taken)
  expect(events.at(-2)).toMatch(new RegExp(`^id: 2:${99 + taken}\nevent: change\n`))
  expect(events.at(-1)).toMatch(/^event: cut-off\ndata: \{"reason":"nothing was read for 5000 ms/)
  expect((await handler(request())).status).toBe(200)
})

test('a reader that reads is not cut off, however long it takes', async () => {
  const feed = new EndlessFeed('x'.repeat(50_000))
  const clock = new ManualClock()
  const handler = handlerOf(feed.changes, { clock, options: { limits: { readerTimeout: '5s' } } })
  const reader = (await handler(request())).body!.getReader()
  for (let n = 0; n < 20; n++) {
    const { value } = await reader.read()
    expect(Buffer.from(value!).toString()).not.toContain('cut-off')
    await settled()
    clock.advance(4000)
  }
  await reader.cancel()
  await settled()
  expect(feed.ended).toBe(true)
})

test('silence is broken, so that proxies and the dead are told apart', async () => {
  const clock = new ManualClock()
  const quiet: Served['changes'] = (_, { signal }) =>
    Promise.resolve({
      positions: new Map(),
      async *[Symbol.asyncIterator]() {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    })
  const reader = (await handlerOf(quiet, { clock })(request())).body!.getReader()
  await reader.read()
  await settled()
  clock.advance(15_000)
  expect(Buffer.from((await reader.read()).value!).toString()).toBe(':\n\n')
  clock.advance(15_000)
  expect(Buffer.from((await reader.read()).value!).toString()).toBe(':\n\n')
  await reader.cancel()
})

test('ends with the application, and with the asker', async () => {
  const feed = new EndlessFeed('x'.repeat(1000))
  const closing = new AbortController()
  const handler = handlerOf(feed.changes, { closing: closing.signal })
  const response = await handler(request())
  await settled()
  closing.abort()
  await settled()
  expect(feed.ended).toBe(true)
  expect(await response.text()).toMatch(/^id: 2:100\nevent: begin/)
  expect((await handler(request())).status).toBe(503)

  const other = new EndlessFeed('x')
  const asker = new AbortController()
  await handlerOf(other.changes)(request('/stores/balances/changes', { signal: asker.signal }))
  await settled()
  asker.abort()
  await settled()
  expect(other.ended).toBe(true)
})

test('a feed that fails says so, and nothing of how', async () => {
  const failing: Served['changes'] = () =>
    Promise.resolve({
      positions: new Map(),
      // biome-ignore lint/correctness/useYield: it fails before
      async *[Symbol.asyncIterator]() {
        throw new Error('secret')
      },
    })
  const text = await (await handlerOf(failing)(request())).text()
  expect(text).toMatch(/event: failed\ndata: {"code":"internal"/)
  expect(text).not.toContain('secret')
})
