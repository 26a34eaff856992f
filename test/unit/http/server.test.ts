import { once } from 'node:events'
import { type IncomingMessage, request as nodeRequest } from 'node:http'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../../src/core/logger.ts'
import { systemClock } from '../../../src/core/time/clock.ts'
import { createHandler, type HttpHandler } from '../../../src/http/handler.ts'
import type { LimitOptions } from '../../../src/http/listen-options.ts'
import type { Served } from '../../../src/http/served.ts'
import { HttpServer } from '../../../src/http/server.ts'
import { exampleServed } from './example-served.ts'

const clock = systemClock

function handlerOf(
  served: Partial<Served> = {},
  closing?: AbortSignal,
  limits: LimitOptions = {},
): HttpHandler {
  return createHandler({
    served: { ...exampleServed, ...served },
    options: { limits },
    clock,
    logger: silentLogger,
    ...(closing && { closing }),
  })
}

async function open(handler: HttpHandler, limits: LimitOptions = {}): Promise<HttpServer> {
  const server = await HttpServer.open({ handler, options: { port: 0, limits }, clock })
  onTestFinished(() => server.close())
  return server
}

/** Sends bytes as they are. @returns all that comes back until the connection ends. */
async function raw(server: HttpServer, text: string): Promise<string> {
  const socket = connect(server.address.port, server.address.host)
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString()
  })
  socket.write(text)
  await once(socket, 'close')
  return answer
}

test('port 0 gives an address on loopback', async () => {
  const { address } = await open(handlerOf())
  expect(address.host).toBe('127.0.0.1')
  expect(address.url).toBe(`http://127.0.0.1:${address.port}`)
  const response = await fetch(`${address.url}/stores/balances/entries/alice`)
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(await response.json()).toMatchObject({ key: 'alice', value: '9007199254740993' })
})

test('a port that is taken is an error that says so', async () => {
  const { address } = await open(handlerOf())
  await expect(
    HttpServer.open({ handler: handlerOf(), options: { port: address.port }, clock }),
  ).rejects.toMatchObject({
    code: 'listen-failed',
    message: expect.stringContaining(`127.0.0.1:${address.port}`),
  })
})

test('one connection serves several requests', async () => {
  const server = await open(handlerOf())
  const get = 'GET /stores/balances/entries/bob HTTP/1.1\r\nHost: x\r\n'
  const answer = await raw(server, `${get}\r\n${get}Connection: close\r\n\r\n`)
  expect(answer.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2)
  expect(answer.match(/"value":"-5"/g)).toHaveLength(2)
})

test.each([
  [
    'a header beyond the limit',
    `GET /stores HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
  ],
  [
    'a URL beyond the limit',
    `GET /stores?${'x'.repeat(10_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    414,
  ],
  ['no HTTP', 'hello\r\n\r\n', 400],
  [
    'a URL of a proxy',
    'GET http://elsewhere.example/stores HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    404,
  ],
  ['a method that fetch refuses', 'TRACE /stores HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
  ['malformed percent-encoding', 'GET /stores/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
])('%s', async (_, text, status) => {
  expect(await raw(await open(handlerOf()), text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
})

test('the body of a POST arrives, and one beyond the limit is refused', async () => {
  const limits = { bodyBytes: 1000 }
  const server = await open(
    handlerOf({ answerRemote: (question) => Promise.resolve(question) }, undefined, limits),
  )
  const post = (body: Uint8Array): Promise<Response> =>
    fetch(`${server.address.url}/query/v1`, { method: 'POST', body })
  expect(new Uint8Array(await (await post(new Uint8Array([1, 2, 3]))).arrayBuffer())).toEqual(
    new Uint8Array([1, 2, 3]),
  )
  expect((await post(new Uint8Array(1001))).status).toBe(413)
})

test('the rest of a body that was not read is not taken for a request', async () => {
  const server = await open(handlerOf())
  const head = 'POST /stores HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n'
  const answer = await raw(server, `${head}GET /stores HTTP/1.1\r\nHost: x\r\n\r\n`)
  expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 405'])
  expect(answer).toMatch(/^connection: close\r$/im)
})

test('a handler that throws costs its connection, and nothing else', async () => {
  const server = await open(() => {
    throw new Error('not ours')
  })
  expect(await raw(server, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('')
})

test('an answer is read no faster than the asker takes it', async () => {
  let chunks = 0
  const server = await open(() =>
    Promise.resolve(
      new Response(
        new ReadableStream({
          pull(controller) {
            chunks++
            controller.enqueue(new Uint8Array(2 ** 20))
          },
        }),
      ),
    ),
  )
  const request = nodeRequest(server.address.url).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const seen = async (): Promise<number> => {
    for (let before = -1; before !== chunks; await new Promise((done) => setTimeout(done, 50)))
      before = chunks
    return chunks
  }
  // What the sockets of both sides hold.
  const held = await seen()
  expect(held).toBeLessThan(64)
  response.once('data', () => {})
  for (let taken = 0; taken < 20 * 2 ** 20; ) taken += ((await once(response, 'data')) as [Buffer])[0].length
  expect(chunks).toBeGreaterThanOrEqual(20)
  request.destroy()
})

test('one who hangs up ends the query', async () => {
  let signal: AbortSignal | undefined
  const server = await open(
    handlerOf({
      lags: () => Promise.resolve([]),
      queries: {
        ...exampleServed.queries,
        get: (_store, _key, options) => {
          signal = options.signal
          return new Promise((_, reject) =>
            signal?.addEventListener('abort', () => reject(signal?.reason as Error)),
          )
        },
      },
    }),
  )
  const request = nodeRequest(`${server.address.url}/stores/balances/entries/alice`).end()
  request.on('error', () => {})
  while (!signal) await new Promise(setImmediate)
  request.destroy()
  await once(signal, 'abort')
  expect(signal.aborted).toBe(true)
})

test('closing ends event streams, lets answers end, and takes no more', async () => {
  const closing = new AbortController()
  let answer = (): void => {}
  const asked = new Promise<void>((resolve) => {
    answer = resolve
  })
  const endless: Served['changes'] = (_, { signal }) =>
    Promise.resolve({
      positions: new Map([[0, 1]]),
      // biome-ignore lint/correctness/useYield: nothing changes
      async *[Symbol.asyncIterator]() {
        await once(signal, 'abort')
      },
    })
  const handler = handlerOf({ changes: endless, lags: () => asked.then(() => []) }, closing.signal)
  const server = await open(handler)
  const { url } = server.address
  const stream = await fetch(`${url}/stores/balances/changes`)
  const lags = fetch(`${url}/lag`)
  await new Promise((done) => setTimeout(done, 50))
  closing.abort()
  const closed = server.close()
  expect(await stream.text()).toBe('id: 0:1\nevent: begin\ndata: {}\n\n')
  answer()
  expect(await (await lags).json()).toEqual({ lags: [] })
  await closed
  await expect(fetch(`${url}/lag`)).rejects.toThrow()
})
