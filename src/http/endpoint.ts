import { utf8 } from '../core/bytes.ts'
import type { Clock } from '../core/time/clock.ts'
import type { ResolvedLimits } from './listen-options.ts'
import type { Parameter, Schema, Values } from './parameter.ts'
import type { Served } from './served.ts'

/** A request, as the endpoint that answers it sees it. */
export interface Call {
  readonly served: Served
  readonly values: Values
  readonly request: Request
  /** False where an open endpoint is asked without credentials. */
  readonly authorized: boolean
  /** The asker has gone, or the time is over. */
  readonly signal: AbortSignal
  readonly limits: ResolvedLimits
  readonly clock: Clock
}

/** An example of the OpenAPI document. A test runs it: the answer must be this one. */
export interface Example {
  readonly name: string
  /** For parameters, as text before it is percent-encoded. */
  readonly values: Readonly<Record<string, string>>
  readonly status: number
  /** JSON, or text of another media type. */
  readonly body: unknown
}

export interface AnswerSpec {
  readonly status: number
  readonly description: string
  readonly mediaTypes: readonly string[]
  readonly schema: Schema
}

export interface Endpoint {
  /** OpenAPI's operationId. */
  readonly id: string
  readonly method: 'GET' | 'POST'
  /** Its parts are texts or `{parameter}`. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly parameters: readonly Parameter[]
  readonly answers: readonly AnswerSpec[]
  /** Media type of the body, of a POST. */
  readonly body?: string
  /** Statuses of problems that are its own; all can answer 400, 401, 429, 500 and 503. */
  readonly problems?: readonly number[]
  /** No credentials are asked for. */
  readonly open?: boolean
  /** Its answer is an event stream: counted by itself, and without limit of time. */
  readonly streams?: boolean
  /** Other instances ask it: counted by itself, so that people who ask much do not stop them. */
  readonly ofInstances?: boolean
  readonly examples: readonly Example[]
  answer(call: Call): Response | Promise<Response>
}

export function jsonResponse(body: unknown, status = 200): Response {
  return sized(`${JSON.stringify(body)}\n`, 'application/json', status)
}

export function textResponse(body: string, contentType: string): Response {
  return sized(body, contentType, 200)
}

function sized(body: string, contentType: string, status: number): Response {
  const bytes = utf8(body)
  return new Response(bytes, {
    status,
    headers: { 'content-type': contentType, 'content-length': String(bytes.length) },
  })
}

export function jsonAnswer(description: string, schema: Schema): AnswerSpec {
  return { status: 200, description, mediaTypes: ['application/json'], schema }
}
