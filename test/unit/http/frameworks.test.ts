import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../../src/core/logger.ts'
import { systemClock } from '../../../src/core/time/clock.ts'
import { createHandler } from '../../../src/http/handler.ts'
import { nodeListener } from '../../../src/http/node-listener.ts'
import { exampleServed } from './example-served.ts'

const handler = createHandler({
  served: { ...exampleServed, answerRemote: (question) => Promise.resolve(question.toReversed()) },
  options: {},
  clock: systemClock,
  logger: silentLogger,
})

/** Each mounts the handler beside a route of its own. @returns the address. */
const mounts: Readonly<Record<string, () => Promise<string>>> = {
  async 'node:http'() {
    const streams = nodeListener(handler, { prefix: '/streams' })
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/streams/')) streams(request, response)
      else response.end('own')
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  },

  async Fastify() {
    const app = fastify()
    app.get('/own', () => 'own')
    const streams = nodeListener(handler, { prefix: '/streams' })
    app.addContentTypeParser('application/octet-stream', (_request, _body, done) => done(null))
    app.all('/streams/*', (request, reply) => {
      reply.hijack()
      streams(request.raw, reply.raw)
    })
    onTestFinished(() => app.close())
    return app.listen({ port: 0, host: '127.0.0.1' })
  },

  async Hono() {
    const app = new Hono()
    app.get('/own', (c) => c.text('own'))
    app.mount('/streams', handler)
    const server = createServer(nodeListener(app.fetch)).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  },
}

describe.each(Object.entries(mounts))('%s', (_, mount) => {
  test('answers, problems, bodies and event streams pass through', async () => {
    const url = await mount()
    expect(await (await fetch(`${url}/own`)).text()).toBe('own')
    const entry = await fetch(`${url}/streams/stores/balances/entries/alice`)
    expect(await entry.json()).toEqual({
      key: 'alice',
      value: '9007199254740993',
      timestamp: Date.UTC(2024, 0, 5, 10),
    })
    const slash = await fetch(`${url}/streams/stores/balances/entries/${encodeURIComponent('a/b?ü')}`)
    expect([slash.status, slash.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    expect(await slash.json()).toMatchObject({ detail: "store 'balances-store' has no such key" })
    const range = await fetch(`${url}/streams/stores/balances/entries?from=bob&reverse`)
    expect(await range.json()).toMatchObject({ entries: [{ key: 'carol' }, { key: 'bob' }] })
    const post = await fetch(`${url}/streams/query/v1`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: 'abc',
    })
    expect(await post.text()).toBe('cba')
    const head = await fetch(`${url}/streams/stores`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const events = await fetch(`${url}/streams/stores/balances/changes?key=alice&after=0:3`)
    expect(events.headers.get('content-type')).toBe('text/event-stream')
    expect(await events.text()).toMatch(/^id: 0:3\nevent: begin\ndata: {}\n\nid: 0:4\nevent: change\n/)
  })
})
