import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { HttpOwner, queryMediaType } from '../../../src/query/http-owner.ts'
import type { HostInfo } from '../../../src/query/remote-owner.ts'

const question = new Uint8Array([1, 2, 3])
const soon = { timeoutMs: 20_000, signal: undefined }
const octets = { 'content-type': queryMediaType }

async function serve(answer: (...call: Parameters<RequestListener>) => unknown): Promise<HostInfo> {
  const server = createServer((...call) => void answer(...call)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

function client(token?: string): HttpOwner {
  const owner = new HttpOwner(token)
  onTestFinished(() => owner.close())
  return owner
}

test('a question is posted with the token, and its answer returned; the connection is kept', async () => {
  const seen: unknown[] = []
  const sockets = new Set<unknown>()
  const owner = await serve(async (request, response) => {
    const { method, url, headers, socket } = request
    sockets.add(socket)
    const body = Buffer.concat(await request.toArray())
    seen.push([method, url, headers.authorization, headers['content-type'], [...body]])
    response.writeHead(200, octets).end(Buffer.from([4, 5]))
  })
  const asking = client('a token of the test')
  for (let i = 0; i < 2; i++) expect([...(await asking.ask(owner, question, soon))]).toEqual([4, 5])
  const asked = ['POST', '/query/v1', 'Bearer a token of the test', queryMediaType, [1, 2, 3]]
  expect(seen).toEqual([asked, asked])
  expect(sockets.size).toBe(1)
})

test.each([429, 500, 502, 503, 504])('status %d passes', async (status) => {
  const owner = await serve((_, response) => response.writeHead(status, octets).end())
  await expect(client().ask(owner, question, soon)).rejects.toMatchObject({
    code: 'owner-unreachable',
    details: { owner: `127.0.0.1:${owner.port}` },
  })
})

test.each([
  [401, 'listen.auth.token'],
  [403, 'listen.auth.token'],
  [404, 'answers no questions'],
  [405, 'answers no questions'],
])('status %d does not', async (status, message) => {
  const owner = await serve((_, response) => response.writeHead(status, octets).end())
  await expect(client('a token of the test').ask(owner, question, soon)).rejects.toMatchObject({
    code: 'store-elsewhere',
    message: expect.stringContaining(message),
    details: { owner: `127.0.0.1:${owner.port}`, status },
  })
})

test('a page for people is no answer', async () => {
  const owner = await serve((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
  )
  await expect(client().ask(owner, question, soon)).rejects.toMatchObject({ code: 'store-elsewhere' })
})

test('an answer without end is cut off', async () => {
  const owner = await serve((_, response) => {
    response.writeHead(200, octets)
    const chunk = Buffer.alloc(2 ** 20)
    const more = (): void => void response.write(chunk, more)
    more()
  })
  await expect(client().ask(owner, question, soon)).rejects.toMatchObject({
    code: 'owner-unreachable',
    message: expect.stringContaining('larger than'),
  })
})

test('nobody listens, or nobody answers in time', async () => {
  await expect(client().ask({ host: '127.0.0.1', port: 1 }, question, soon)).rejects.toMatchObject({
    code: 'owner-unreachable',
  })
  const owner = await serve(() => {})
  await expect(client().ask(owner, question, { ...soon, timeoutMs: 20 })).rejects.toMatchObject({
    code: 'owner-unreachable',
  })
})

test('who asks may give up', async () => {
  const giveUp = new AbortController()
  const owner = await serve(() => giveUp.abort(new Error('given up')))
  const asked = client().ask(owner, question, { ...soon, signal: giveUp.signal })
  await expect(asked).rejects.toThrow('given up')
})
