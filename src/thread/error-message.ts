import { inspect } from 'node:util'
import { type ErrorCode, errorCodes, StreamsError } from '../core/errors.ts'

/** An error on its way between threads: structured cloning would lose its class, code and details. */
export interface ErrorMessage {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** A StreamsError's, or one that Node or a library gave: ECONNREFUSED ... */
  readonly code: string | number | undefined
  /** Of a StreamsError. */
  readonly details: StreamsError['details'] | undefined
  readonly cause: ErrorMessage | undefined
}

/** A chain of causes is cut here; it may be a circle. */
const mostCauses = 10

/** @param error anything that was thrown. */
export function toErrorMessage(error: unknown, causes: number = mostCauses): ErrorMessage {
  if (!(error instanceof Error))
    return toErrorMessage(new Error(typeof error === 'string' ? error : inspect(error)))
  const { name, message, stack, cause } = error
  const code = 'code' in error ? error.code : undefined
  return {
    name: String(name),
    message: String(message),
    stack: stack === undefined ? undefined : String(stack),
    code: typeof code === 'string' || typeof code === 'number' ? code : undefined,
    details: StreamsError.is(error) ? error.details : undefined,
    cause: cause === undefined || causes === 0 ? undefined : toErrorMessage(cause, causes - 1),
  }
}

export function fromErrorMessage(sent: ErrorMessage): Error {
  const error = isStreamsError(sent)
    ? new StreamsError(sent.code, sent.message, { ...causeOf(sent), details: sent.details })
    : foreignError(sent)
  if (sent.stack !== undefined) error.stack = sent.stack
  return error
}

type StreamsErrorMessage = ErrorMessage & {
  readonly code: ErrorCode
  readonly details: StreamsError['details']
}

function isStreamsError(sent: ErrorMessage): sent is StreamsErrorMessage {
  const { code, details } = sent
  return details !== undefined && typeof code === 'string' && code in errorCodes
}

const standardErrors = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]

function foreignError(sent: ErrorMessage): Error {
  const { name, message, code } = sent
  const Class = standardErrors.find((standard) => standard.name === name) ?? Error
  const error = new Class(message, causeOf(sent))
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true })
  return code === undefined ? error : Object.assign(error, { code })
}

function causeOf({ cause }: ErrorMessage): { readonly cause?: Error } {
  return cause === undefined ? {} : { cause: fromErrorMessage(cause) }
}

/** Facts of an event or a log line, of which some may be errors. */
export type FactsMessage = Readonly<Record<string, unknown>>

const errorTag = 'millrace.error'

/** Errors among the facts become messages; what cannot be cloned, its text. */
export function toFactsMessage(facts: object): FactsMessage {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]: [string, unknown]) => [name, toFactMessage(fact)]),
  )
}

export function fromFactsMessage(facts: FactsMessage): object {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      isObject(fact) && errorTag in fact ? fromErrorMessage(fact[errorTag] as ErrorMessage) : fact,
    ]),
  )
}

function toFactMessage(fact: unknown): unknown {
  if (fact instanceof Error) return { [errorTag]: toErrorMessage(fact) }
  if (!isObject(fact) && typeof fact !== 'function' && typeof fact !== 'symbol') return fact
  try {
    return structuredClone(fact)
  } catch {
    return inspect(fact)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
