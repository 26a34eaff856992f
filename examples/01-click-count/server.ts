import { createServer, type Server } from 'node:http'
import { type KafkaStreams, nodeListener, StreamsError } from 'millrace'
import type { clickCount } from './click-count.ts'

type App = KafkaStreams<(typeof clickCount)['tables']>

/**
 * `GET /count/user123?window=2024-01-05T10:00:00` (UTC) -> `{"count":42,"window":"10:00:00-10:05:00"}`, whichever instance
 * has the user: it is asked at its own server, which takes the questions of the others under `/query/`.
 */
export function countServer(app: App): Server {
  return createServer((request, response) => {
    if (request.url?.startsWith('/query/')) {
      nodeListener(app.handler)(request, response)
      return
    }
    void answer(app, new URL(request.url ?? '/', 'http://localhost')).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
    })
  })
}

const windowMs = 300_000

async function answer(app: App, url: URL): Promise<[status: number, body: object]> {
  const user = /^\/count\/([^/]+)$/.exec(url.pathname)?.[1]
  const text = url.searchParams.get('window') ?? ''
  const start = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN
  if (user === undefined || Number.isNaN(start) || start % windowMs !== 0)
    return [
      400,
      { error: 'ask for /count/USER?window=2024-01-05T10:00:00, the start of a five-minute window in UTC' },
    ]
  try {
    const count = await app.store('counts').fetch(decodeURIComponent(user), start)
    if (count === undefined) return [404, { error: 'nobody clicked' }]
    return [200, { count, window: `${timeOfDay(start)}-${timeOfDay(start + windowMs)}` }]
  } catch (error) {
    if (error instanceof URIError) return [400, { error: 'the user name is not a valid URL component' }]
    if (StreamsError.is(error, 'store-elsewhere'))
      return [421, { error: error.message, owner: error.details['owner'] }]
    if (StreamsError.is(error, 'store-not-ready') || StreamsError.is(error, 'owner-unreachable'))
      return [503, { error: error.message }]
    return [500, { error: 'internal error' }]
  }
}

function timeOfDay(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19)
}
