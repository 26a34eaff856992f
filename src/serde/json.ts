import { utf8, utf8Text } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import type { Serde } from './serde.ts'

/** `T` as JSON gives it back: a property that JSON cannot hold (bigint, symbol, function) becomes never. */
export type JsonForm<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends bigint | symbol | ((...args: never) => unknown)
      ? never
      : { [P in keyof T]: JsonForm<T[P]> }

/** Empty, so that `json<T>()` takes no argument, unless `T` holds what JSON cannot: then it asks for one nobody can give. */
export type HoldsJson<T> = [T] extends [JsonForm<T>]
  ? []
  : [thisTypeHoldsABigintSymbolOrFunctionThatJsonCannotHold: never]

/**
 * Compact JSON in UTF-8. `T` is a promise about the shape, not checked: an expression treats a field that is absent
 * or of another type as no match.
 */
export function json<T>(..._holdsJson: HoldsJson<T>): Serde<T> {
  return jsonSerde as Serde<T>
}

// One object for all, so that two topics of the same shape have the same serde.
const jsonSerde: Serde<unknown> = {
  name: 'json',
  format: 'json',
  serialize(value) {
    const text = stringify(value)
    if (text === undefined) throw unwritable(`${typeof value} has no JSON form`)
    return utf8(text)
  },
  deserialize: (bytes) => JSON.parse(utf8Text(bytes)),
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    throw unwritable((error as Error).message, error)
  }
}

function unwritable(why: string, cause?: unknown): StreamsError {
  return new StreamsError('value-out-of-range', `json: ${why}`, { cause })
}
