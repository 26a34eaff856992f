import { isIP } from 'node:net'
import { type Duration, durationMs } from '../core/time/duration.ts'

/** Whether a request may be answered. What it throws is logged, and refuses. */
export type AuthHook = (request: Request) => boolean | Promise<boolean>

export interface AuthOptions {
  /**
   * Requests with `Authorization: Bearer <one of these>` are answered. The first is what this instance shows to the
   * others: give all of them the same, and a second one while tokens are being changed.
   */
  readonly token?: string | readonly string[]
  /** Asked about requests without a good token. */
  readonly authorize?: AuthHook
}

/** Of the HTTP service. */
export interface ListenOptions {
  /** Loopback (127.0.0.1) unless told otherwise; anywhere else `auth` is needed. */
  readonly host?: string
  /** 0: any that is free, see `app.address`. Absent: nothing listens, `app.handler` is mounted in a server of yours. */
  readonly port?: number
  readonly auth?: AuthOptions
  readonly limits?: LimitOptions
}

export interface LimitOptions {
  /** Requests worked on at once (64); those beyond are answered 429. */
  readonly requests?: number
  /** Event streams open at once (64); those beyond are answered 429. */
  readonly eventStreams?: number
  /** Largest `limit` of a request for several entries (1000). */
  readonly results?: number
  /** Bytes of JSON after which an answer ends and says that there is more (8 MiB). */
  readonly responseBytes?: number
  /** Of the body of a request (1 MiB). */
  readonly bodyBytes?: number
  /** Of the header of a request (16 KiB); half of it for the URL. */
  readonly headerBytes?: number
  /** For one request, event streams excepted (10 s). */
  readonly requestTimeout?: Duration
  /** How long an event stream waits for a reader that takes nothing, before it is cut off (10 s). */
  readonly readerTimeout?: Duration
}

export interface ResolvedLimits {
  readonly requests: number
  readonly eventStreams: number
  readonly results: number
  readonly responseBytes: number
  readonly bodyBytes: number
  readonly headerBytes: number
  readonly requestTimeoutMs: number
  readonly readerTimeoutMs: number
}

const numbers = {
  requests: 64,
  eventStreams: 64,
  results: 1000,
  responseBytes: 8 * 2 ** 20,
  bodyBytes: 2 ** 20,
  headerBytes: 16 * 2 ** 10,
} as const

const durations = { requestTimeout: 10_000, readerTimeout: 10_000 } as const

/** @throws StreamsError `options-invalid` of a duration that is none; `listenProblems` has said it before. */
export function resolveLimits(limits: LimitOptions = {}): ResolvedLimits {
  const { requestTimeout, readerTimeout, ...others } = limits
  return {
    ...numbers,
    ...others,
    requestTimeoutMs: durationMs(
      requestTimeout ?? durations.requestTimeout,
      'listen: limits: requestTimeout',
    ),
    readerTimeoutMs: durationMs(readerTimeout ?? durations.readerTimeout, 'listen: limits: readerTimeout'),
  }
}

export const loopback = '127.0.0.1'

/** Shorter ones can be guessed by trying. */
const leastTokenLength = 16

/** What is wrong with the option, a line each. No token is part of a line. */
export function listenProblems(listen: ListenOptions | undefined): readonly string[] {
  if (listen === undefined) return []
  if (typeof listen !== 'object' || listen === null) return ['listen: give { port: ... }']
  const { host = loopback, port, auth, limits, ...unknown } = listen
  const problems = Object.keys(unknown).map((name) => `listen: ${name}: no such option`)
  if (typeof host !== 'string' || host === '') problems.push('listen: host: not a name or an address')
  else if (port !== undefined && !isLoopback(host) && !hasAuth(auth))
    problems.push(
      `listen: host: ${host} can be reached from elsewhere: give auth: { token } or auth: { authorize }`,
    )
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    problems.push(`listen: port: ${String(port)} is not a port; 0 takes any that is free`)
  return [...problems, ...authProblems(auth), ...limitProblems(limits)]
}

export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.')
  return host === '::1' || host === 'localhost'
}

/** The tokens that are accepted. */
export function tokensOf(auth: AuthOptions | undefined): readonly string[] {
  const { token = [] } = auth ?? {}
  return typeof token === 'string' ? [token] : token
}

function hasAuth(auth: AuthOptions | undefined): boolean {
  return tokensOf(auth).length > 0 || auth?.authorize !== undefined
}

function authProblems(auth: AuthOptions | undefined): readonly string[] {
  if (auth === undefined) return []
  if (typeof auth !== 'object' || auth === null) return ['listen: auth: give { token } or { authorize }']
  const problems: string[] = []
  if (!hasAuth(auth)) problems.push('listen: auth: give { token } or { authorize }')
  if (auth.authorize !== undefined && typeof auth.authorize !== 'function')
    problems.push('listen: auth: authorize: not a function')
  if (!tokensOf(auth).every(isToken))
    problems.push(
      `listen: auth: token: not text of at least ${leastTokenLength} characters that a header can hold`,
    )
  return problems
}

/** RFC 6750's b64token, and whatever else is printable. */
function isToken(token: unknown): boolean {
  return typeof token === 'string' && token.length >= leastTokenLength && /^[!-~]+$/.test(token)
}

function limitProblems(limits: LimitOptions | undefined): readonly string[] {
  if (limits === undefined) return []
  const given: Readonly<Record<string, unknown>> = { ...limits }
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (name in numbers)
      return isCount(value) ? [] : [`listen: limits: ${name}: not a whole number of at least 1`]
    if (!(name in durations)) return [`listen: limits: ${name}: no such option`]
    try {
      durationMs(value as Duration, `listen: limits: ${name}`)
      return []
    } catch (error) {
      return [(error as Error).message]
    }
  })
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
}
