import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/time/clock.ts'
import { Admission } from './admission.ts'
import { Auth } from './auth.ts'
import type { Endpoint } from './endpoint.ts'
import { endpoints as all } from './endpoints/all.ts'
import { type ListenOptions, type ResolvedLimits, resolveLimits } from './listen-options.ts'
import { queryTexts, Values } from './parameter.ts'
import { type Problem, problemOf, problemResponse, Refusal } from './problem.ts'
import { Routes } from './route.ts'
import type { Served } from './served.ts'

export interface HandlerParts {
  readonly served: Served
  readonly options: Pick<ListenOptions, 'auth' | 'limits'>
  readonly clock: Clock
  readonly logger: Logger
  /** Event streams end when it is aborted. */
  readonly closing?: AbortSignal
  /** Of tests. */
  readonly endpoints?: readonly Endpoint[]
}

/** The whole HTTP service: never rejects. */
export type HttpHandler = (request: Request) => Promise<Response>

export function createHandler(parts: HandlerParts): HttpHandler {
  const handler = new Handler(parts)
  return (request) => handler.handle(request)
}

class Handler {
  readonly #parts: HandlerParts
  readonly #limits: ResolvedLimits
  readonly #auth: Auth
  readonly #routes: Routes
  readonly #requests: Admission
  readonly #instances: Admission
  readonly #streams: Admission

  constructor(parts: HandlerParts) {
    const { options, logger, endpoints = all } = parts
    this.#parts = parts
    this.#limits = resolveLimits(options.limits)
    this.#auth = new Auth(options.auth, logger)
    this.#routes = new Routes(endpoints)
    this.#requests = new Admission('requests under way', this.#limits.requests)
    this.#instances = new Admission('questions of other instances under way', 4 * this.#limits.requests)
    this.#streams = new Admission('event streams', this.#limits.eventStreams)
  }

  async handle(request: Request): Promise<Response> {
    try {
      return finished(request, await this.#answer(request))
    } catch (error) {
      return finished(request, problemResponse(this.#problem(error, request)))
    }
  }

  async #answer(request: Request): Promise<Response> {
    const [pathname, query] = urlParts(request.url, this.#limits.headerBytes / 2)
    const { endpoint, texts } = this.#routes.find(request.method, pathname)
    const authorized = await this.#auth.allows(request)
    if (!authorized && endpoint.open !== true) throw unauthorized
    const values = new Values(new Map([...queryTexts(query, endpoint.parameters), ...texts]))
    const call = { ...this.#parts, request, values, authorized, limits: this.#limits }
    return endpoint.streams === true
      ? this.#stream(endpoint, call)
      : this.#within(endpoint, (signal) => endpoint.answer({ ...call, signal }), request)
  }

  /** One that asks without end is told so; what it began holds its place until it has ended. */
  async #within(
    { ofInstances = false }: Endpoint,
    answer: (signal: AbortSignal) => Response | Promise<Response>,
    request: Request,
  ): Promise<Response> {
    const leave = (ofInstances ? this.#instances : this.#requests).enter()
    const { requestTimeoutMs } = this.#limits
    const over = abortedWith(request.signal)
    const cancel = this.#parts.clock.after(requestTimeoutMs, () => over.abort(timedOut(requestTimeoutMs)))
    const work = (async () => answer(over.signal))().finally(() => {
      cancel()
      leave()
    })
    return Promise.race([work, abortionOf(over.signal)])
  }

  async #stream(
    endpoint: Endpoint,
    call: Omit<Parameters<Endpoint['answer']>[0], 'signal'>,
  ): Promise<Response> {
    const leave = this.#streams.enter()
    const { closing } = this.#parts
    const over = abortedWith(call.request.signal, closing)
    over.signal.addEventListener('abort', leave, { once: true })
    try {
      over.signal.throwIfAborted()
      const response = await endpoint.answer({ ...call, signal: over.signal })
      return new Response(
        withEnd(response.body, () => over.abort()),
        response,
      )
    } catch (error) {
      over.abort()
      throw error
    }
  }

  /** What is not the asker's doing is logged: with its stack, which no answer has. */
  #problem(error: unknown, { method, url, signal }: Request): Problem {
    if (signal.aborted || isAbort(error)) return gone
    const problem = problemOf(error)
    if (problem.status === 500)
      this.#parts.logger.error({ err: error }, `${method} ${new URL(url).pathname} failed`)
    return problem
  }
}

const unauthorized = new Refusal({
  status: 401,
  code: 'request-unauthorized',
  detail: 'give Authorization: Bearer <token>',
  headers: { 'www-authenticate': 'Bearer realm="millrace"' },
})

/** Nobody reads it, or the application ends. */
const gone: Problem = {
  status: 503,
  code: 'lifecycle',
  detail: 'the request was given up, or the application ends',
  headers: { 'retry-after': '1' },
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

function timedOut(ms: number): Refusal {
  return new Refusal({
    status: 503,
    code: 'request-timeout',
    detail: `it took longer than ${ms} ms`,
    headers: { 'retry-after': '1' },
  })
}

/** @throws Refusal 414 */
function urlParts(url: string, most: number): readonly [pathname: string, query: string] {
  if (url.length > most)
    throw new Refusal({
      status: 414,
      code: 'request-too-large',
      detail: `the URL is longer than ${most} bytes`,
    })
  const { pathname, search } = new URL(url)
  return [pathname, search.slice(1)]
}

/** Is aborted with any of these, or by itself. */
function abortedWith(...signals: readonly (AbortSignal | undefined)[]): AbortController {
  const controller = new AbortController()
  for (const signal of signals) {
    if (signal?.aborted === true) controller.abort(signal.reason)
    signal?.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  }
  return controller
}

function abortionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

/** The same stream, and a call when it has ended in whatever way. */
function withEnd(
  stream: ReadableStream<Uint8Array> | null,
  ended: () => void,
): ReadableStream<Uint8Array> | null {
  if (!stream) {
    ended()
    return null
  }
  const reader = stream.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (!done) return controller.enqueue(value)
          controller.close()
        } catch (error) {
          controller.error(error)
        }
        ended()
      },
      async cancel(reason) {
        ended()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Answers are for this moment and for this asker, and are what they say they are. */
function finished({ method }: Request, response: Response): Response {
  response.headers.set('cache-control', 'no-store')
  response.headers.set('x-content-type-options', 'nosniff')
  if (method !== 'HEAD') return response
  void response.body?.cancel()
  return new Response(null, response)
}
