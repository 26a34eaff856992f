import { getInt64, putInt64, utf8, utf8Text } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import type { Serde } from './serde.ts'

/** Text in UTF-8. */
export const string: Serde<string> = {
  name: 'string',
  format: 'utf8',
  serialize(value) {
    if (typeof value !== 'string') throw outOfRange('string', value)
    return utf8(value)
  },
  deserialize: utf8Text,
}

/** Bytes as they are. */
export const bytes: Serde<Uint8Array> = {
  name: 'bytes',
  format: 'bytes',
  serialize(value) {
    if (!(value instanceof Uint8Array)) throw outOfRange('bytes', value)
    return value
  },
  // A copy by the constructor: `slice` of a Buffer would be a view.
  deserialize: (value) => new Uint8Array(value),
}

/** Java's Long, 8 bytes big-endian, as a number: integers up to +-(2^53 - 1). Beyond that use `int64`. */
export const long: Serde<number> = fixed('long', 8, Number.isSafeInteger, putInt64, getInt64)

/** Java's Long, 8 bytes big-endian, as a bigint. */
export const int64: Serde<bigint> = fixed(
  'int64',
  8,
  (value) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
  (view, at, value) => view.setBigInt64(at, value),
  (view, at) => view.getBigInt64(at),
)

/** Java's Integer, 4 bytes big-endian. */
export const int32: Serde<number> = fixed(
  'int32',
  4,
  (value) => Number.isInteger(value) && (value | 0) === value,
  (view, at, value) => view.setInt32(at, value),
  (view, at) => view.getInt32(at),
)

/** Java's Short, 2 bytes big-endian. */
export const int16: Serde<number> = fixed(
  'int16',
  2,
  (value) => Number.isInteger(value) && (value << 16) >> 16 === value,
  (view, at, value) => view.setInt16(at, value),
  (view, at) => view.getInt16(at),
)

/** Java's Double, 8 bytes, IEEE 754. */
export const float64: Serde<number> = fixed(
  'float64',
  8,
  (value) => typeof value === 'number',
  (view, at, value) => view.setFloat64(at, value),
  (view, at) => view.getFloat64(at),
)

/** Java's Float, 4 bytes, IEEE 754; numbers are rounded to it. */
export const float32: Serde<number> = fixed(
  'float32',
  4,
  (value) => typeof value === 'number',
  (view, at, value) => view.setFloat32(at, value),
  (view, at) => view.getFloat32(at),
)

/** One byte, 0 or 1. It has no format: the kernel would check its length only. */
export const boolean: Serde<boolean> = {
  name: 'boolean',
  serialize(value) {
    if (typeof value !== 'boolean') throw outOfRange('boolean', value)
    return Uint8Array.of(value ? 1 : 0)
  },
  deserialize(value) {
    if (value.length === 1 && value[0]! <= 1) return value[0] === 1
    throw new StreamsError(
      'deserialization',
      `boolean: expected one byte, 0 or 1, found ${value.length} bytes`,
    )
  },
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A UUID as 36 characters of text, written in lower case as Java's UUID prints it. */
export const uuid: Serde<string> = {
  name: 'uuid',
  serialize(value) {
    const text = typeof value === 'string' ? value.toLowerCase() : ''
    if (!uuidPattern.test(text)) throw outOfRange('uuid', value)
    return utf8(text)
  },
  deserialize(value) {
    const text = utf8Text(value).toLowerCase()
    if (uuidPattern.test(text)) return text
    throw new StreamsError('deserialization', `uuid: ${JSON.stringify(text)} is not a UUID`)
  },
}

// A number goes by way of one view for all: a view of its own would move its bytes out of the JavaScript heap.
const scratchBytes = new Uint8Array(8)
const scratch = new DataView(scratchBytes.buffer)

function fixed<T>(
  name: string,
  size: number,
  fits: (value: T) => boolean,
  write: (view: DataView, at: number, value: T) => void,
  read: (view: DataView, at: number) => T,
): Serde<T> {
  return {
    name,
    format: size,
    serialize(value) {
      if (!fits(value)) throw outOfRange(name, value)
      const result = new Uint8Array(size)
      write(scratch, 0, value)
      for (let i = 0; i < size; i++) result[i] = scratchBytes[i]!
      return result
    },
    deserialize(value) {
      if (value.length !== size)
        throw new StreamsError('deserialization', `${name}: expected ${size} bytes, found ${value.length}`)
      for (let i = 0; i < size; i++) scratchBytes[i] = value[i]!
      return read(scratch, 0)
    },
  }
}

function outOfRange(serde: string, value: unknown): StreamsError {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new StreamsError('value-out-of-range', `${serde}: ${shown} (${typeof value}) cannot be written`)
}
