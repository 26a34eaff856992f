import { StreamsError } from '../core/errors.ts'
import type { BadInput, DeserializationHandler } from '../core/options.ts'

/** Asks the configured handler. Returning means: skip the record. @throws StreamsError `deserialization` to fail. */
export function meetHandler(handler: DeserializationHandler, input: BadInput, cause?: unknown): void {
  const answer = typeof handler === 'function' ? handler(input) : handler
  if (answer === 'continue') return
  const { topic, partition, offset, part } = input
  throw new StreamsError(
    'deserialization',
    `the ${part} of the record at offset ${offset} of ${topic}-${partition} cannot be read; nothing past it was committed`,
    { details: { topic, partition, offset, part }, cause },
  )
}
