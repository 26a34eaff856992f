import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { type Clock, systemClock } from '../core/time/clock.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import { problemResponse } from './problem.ts'

export interface NodeListenerOptions {
  /** What the paths of requests begin with, and the handler does not see: `/streams`. */
  readonly prefix?: string
  /** How long a reader of an answer may take nothing, before its connection is closed (30 s). */
  readonly readerTimeout?: Duration
  /** For tests. */
  readonly clock?: Clock
}

export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void

/**
 * A fetch handler as a listener of node:http: `createServer(nodeListener(app.handler))`. In Fastify:
 *
 *     const listener = nodeListener(app.handler, { prefix: '/streams' })
 *     fastify.addContentTypeParser('application/octet-stream', (_request, _body, done) => done(null))
 *     fastify.all('/streams/*', (request, reply) => { reply.hijack(); listener(request.raw, reply.raw) })
 */
export function nodeListener(
  handler: (request: Request) => Response | Promise<Response>,
  options: NodeListenerOptions = {},
): NodeListener {
  const { prefix = '', readerTimeout = '30s', clock = systemClock } = options
  const pump = { clock, readerTimeoutMs: durationMs(readerTimeout, 'nodeListener: readerTimeout') }
  return (incoming, outgoing) => {
    const gone = new AbortController()
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) gone.abort()
    })
    const request = fetchRequest(incoming, prefix, gone.signal)
    const answer = async (): Promise<Response> => (request instanceof Response ? request : handler(request))
    // What fails here is the connection, or a handler that is not ours: there is no answer to send.
    answer()
      .then((response) => send(response, incoming, outgoing, pump))
      .catch(() => outgoing.destroy())
  }
}

/** @returns an answer instead, if it is no request that fetch knows. */
function fetchRequest(incoming: IncomingMessage, prefix: string, signal: AbortSignal): Request | Response {
  const { method = 'GET', url = '/', headers } = incoming
  const path = url.startsWith(prefix) ? url.slice(prefix.length) : undefined
  if (path === undefined || !(path.startsWith('/') || path === '' || path.startsWith('?')))
    return refused(404, 'request-not-found', 'no such path')
  const hasBody = method !== 'GET' && method !== 'HEAD'
  try {
    return new Request(`http://localhost${path}`, {
      method,
      headers: fetchHeaders(headers),
      signal,
      ...(hasBody && { body: Readable.toWeb(incoming) as unknown as ReadableStream, duplex: 'half' }),
    })
  } catch {
    return refused(400, 'request-invalid', 'the request is not one of HTTP as fetch knows it')
  }
}

function refused(status: number, code: 'request-invalid' | 'request-not-found', detail: string): Response {
  return problemResponse({ status, code, detail })
}

function fetchHeaders(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
  )
}

interface Pump {
  readonly clock: Clock
  readonly readerTimeoutMs: number
}

/** Takes no more of the body than the connection does. */
async function send(
  response: Response,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  pump: Pump,
): Promise<void> {
  if (outgoing.destroyed) {
    await response.body?.cancel()
    return
  }
  // The rest of a body that nobody read would be taken for the next request.
  if (!incoming.complete) outgoing.setHeader('connection', 'close')
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  const reader = response.body?.getReader()
  if (!reader) {
    outgoing.end()
    return
  }
  // An event stream's header is news by itself.
  if (response.headers.get('content-type') === 'text/event-stream') outgoing.flushHeaders()
  const cancel = (): void => void reader.cancel().catch(() => {})
  outgoing.once('close', cancel)
  for (;;) {
    const { done, value } = await reader.read()
    if (done || outgoing.destroyed) break
    if (!outgoing.write(value)) await drained(outgoing, pump)
  }
  outgoing.off('close', cancel)
  outgoing.end()
}

/** Resolves when the connection takes more, or is closed: after a time without either it is closed here. */
function drained(outgoing: ServerResponse, { clock, readerTimeoutMs }: Pump): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(readerTimeoutMs, () => outgoing.destroy())
    const go = (): void => {
      cancel()
      outgoing.off('drain', go)
      outgoing.off('close', go)
      resolve()
    }
    outgoing.once('drain', go)
    outgoing.once('close', go)
  })
}
