import { type ErrorCode, errorCodes, StreamsError } from '../core/errors.ts'

/** An error on its way between threads: structured cloning would lose its class, code and details. */
export interface ErrorMessage {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: ErrorCode | undefined
  readonly details: StreamsError['details']
  readonly cause: ErrorMessage | undefined
}

export function toErrorMessage(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) return toErrorMessage(new Error(String(error)))
  const streams = StreamsError.is(error) ? error : undefined
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: streams?.code,
    details: streams?.details ?? {},
    cause: error.cause === undefined ? undefined : toErrorMessage(error.cause),
  }
}

export function fromErrorMessage({ name, message, stack, code, details, cause }: ErrorMessage): Error {
  const options = cause === undefined ? {} : { cause: fromErrorMessage(cause) }
  const error =
    code !== undefined && code in errorCodes
      ? new StreamsError(code, message, { ...options, details })
      : Object.assign(new Error(message, options), { name })
  if (stack !== undefined) error.stack = stack
  return error
}

/** Facts of an event or a log line, of which some may be errors. */
export type FactsMessage = Readonly<Record<string, unknown>>

const errorTag = 'millrace.error'

/** Errors among the facts, at their top, become messages; what cannot be cloned, its text. */
export function toFactsMessage(facts: object): FactsMessage {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]: [string, unknown]) => [
      name,
      fact instanceof Error
        ? { [errorTag]: toErrorMessage(fact) }
        : typeof fact === 'function' || typeof fact === 'symbol'
          ? String(fact)
          : fact,
    ]),
  )
}

export function fromFactsMessage(facts: FactsMessage): object {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === 'object' && fact !== null && errorTag in fact
        ? fromErrorMessage(fact[errorTag] as ErrorMessage)
        : fact,
    ]),
  )
}
