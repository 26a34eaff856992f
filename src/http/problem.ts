import { type ErrorCode, StreamsError } from '../core/errors.ts'

/** What is wrong with a request itself: no StreamsError says it, since the application has not been asked. */
export type RequestCode =
  | 'request-invalid'
  | 'request-unauthorized'
  | 'request-not-found'
  | 'request-method'
  | 'request-too-large'
  | 'request-too-many'
  | 'request-timeout'

/** The members of RFC 9457 that are not the same for all. */
export interface Problem {
  readonly status: number
  readonly code: RequestCode | ErrorCode
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
  readonly details?: StreamsError['details']
}

/** Ends the work on a request with an answer. It never leaves this folder. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

export function invalid(detail: string): Refusal {
  return new Refusal({ status: 400, code: 'request-invalid', detail })
}

export function notFound(detail: string): Refusal {
  return new Refusal({ status: 404, code: 'request-not-found', detail })
}

const retrySoon = { 'retry-after': '1' } as const

/** Codes of the application that are not its own failure. All others are a 500 that says no more than its code. */
const statuses: Readonly<Record<string, number>> = {
  'store-unknown': 404,
  'store-not-ready': 503,
  'store-elsewhere': 421,
  'owner-unreachable': 502,
  'broker-unreachable': 503,
  'key-invalid': 400,
  'query-unsupported': 400,
  lifecycle: 503,
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem
  if (!StreamsError.is(error))
    return { status: 500, code: 'internal', detail: 'an internal error; see the log' }
  const { code, message, details } = error
  const status = statuses[code]
  if (status === undefined) return { status: 500, code, detail: 'an error of the application; see the log' }
  return { status, code, detail: message, details, ...(status === 503 && { headers: retrySoon }) }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Content too large',
  414: 'URI too long',
  421: 'Misdirected request',
  429: 'Too many requests',
  431: 'Request header fields too large',
  502: 'Bad gateway',
  503: 'Service unavailable',
}

/** RFC 9457. `code` is the StreamsError's, or one that begins with `request-`. */
export function problemResponse({ status, code, detail, headers, details }: Problem): Response {
  const body = {
    type: `urn:millrace:${code}`,
    title: titles[status] ?? 'Internal server error',
    status,
    detail,
    code,
    ...(details && Object.keys(details).length > 0 && { details }),
  }
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  })
}
