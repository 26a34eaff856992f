import { StreamsError } from '../core/errors.ts'
import type { Serde } from './serde.ts'

/** For keys or values that are always null (Java's VoidSerde). */
export const nothing: Serde<never> = {
  name: 'nothing',
  serialize(value) {
    throw new StreamsError('value-out-of-range', `nothing: ${String(value)} is not null`)
  },
  deserialize(bytes) {
    throw new StreamsError('deserialization', `nothing: expected null, found ${bytes.length} bytes`)
  },
}
