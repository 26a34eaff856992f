import { utf8 } from '../core/bytes.ts'
import type { DeadLetter, FailureContext } from '../core/error-handlers.ts'

/**
 * The input record of a failure, with headers that say what happened: names and order are Kafka Streams'
 * (KIP-1034, ExceptionHandlerUtils).
 */
export function deadLetterOf(topic: string, context: FailureContext): DeadLetter {
  const { source, sourceKey, sourceValue, timestamp, headers, error } = context
  const { name, message, stack } = describe(error)
  const header = (key: string, text: string | undefined) => ({
    key: `__streams.errors.${key}`,
    value: text === undefined ? null : utf8(text),
  })
  return {
    topic,
    key: sourceKey,
    value: sourceValue,
    timestamp,
    headers: [
      ...headers,
      header('exception', name),
      header('message', message),
      header('stacktrace', stack),
      header('topic', source?.topic),
      header('partition', String(source?.partition ?? -1)),
      header('offset', String(source?.offset ?? -1)),
    ],
  }
}

function describe(error: unknown): {
  readonly name: string
  readonly message: string
  readonly stack: string
} {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error), stack: String(error) }
  const { name, message } = error
  return { name, message, stack: error.stack ?? `${name}: ${message}` }
}
