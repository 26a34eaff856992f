import { StreamsError } from '../core/errors.ts'
import type { Reader } from './reader.ts'
import { utf8Size, type Writer } from './writer.ts'

/**
 * A small language for Kafka's message schemas. A `Type` says how a value looks in each version; `at` settles on one
 * version, once, and gives the codec that reads and writes it.
 *
 * Flexible versions (KIP-482) write lengths as varints ("compact") and end every struct with tagged fields.
 */
export interface Type<T> {
  at(version: number, flexible: boolean): Codec<T>
}

export interface Codec<T> {
  read(reader: Reader): T
  write(writer: Writer, value: T): void
}

export const bool: Type<boolean> = primitive(
  (reader) => reader.bool(),
  (writer, value) => writer.bool(value),
)
export const int8: Type<number> = primitive(
  (reader) => reader.int8(),
  (writer, value) => writer.int8(value),
)
export const int16: Type<number> = primitive(
  (reader) => reader.int16(),
  (writer, value) => writer.int16(value),
)
export const int32: Type<number> = primitive(
  (reader) => reader.int32(),
  (writer, value) => writer.int32(value),
)
export const int64: Type<number> = primitive(
  (reader) => reader.int64(),
  (writer, value) => writer.int64(value),
)
export const float64: Type<number> = primitive(
  (reader) => reader.float64(),
  (writer, value) => writer.float64(value),
)
export const uuid: Type<string> = primitive(
  (reader) => reader.uuid(),
  (writer, value) => writer.uuid(value),
)
export const zeroUuid: string = '00000000-0000-0000-0000-000000000000'

export const nullableString: Type<string | null> = {
  at: (_, flexible) => {
    const length = flexible ? compactLength : int16Length
    return {
      read(reader) {
        const size = length.read(reader)
        return size < 0 ? null : reader.utf8(size)
      },
      write(writer, value) {
        if (value === null) return length.write(writer, -1)
        const size = utf8Size(value)
        length.write(writer, size)
        writer.utf8(value, size)
      },
    }
  },
}
export const string: Type<string> = required(nullableString)

export const nullableBytes: Type<Uint8Array | null> = bytesType((writer, value) => writer.bytes(value))
/** Read as views of the response. */
export const bytes: Type<Uint8Array> = required(nullableBytes)
/** Record batches: neither reading nor writing copies them. */
export const records: Type<Uint8Array | null> = bytesType((writer, value) => writer.attach(value))

export function nullableArray<T>(of: Type<T>): Type<readonly T[] | null> {
  return {
    at(version, flexible) {
      const length = flexible ? compactLength : int32Length
      const element = of.at(version, flexible)
      return {
        read(reader) {
          const count = length.read(reader)
          if (count < 0) return null
          reader.count(count)
          const values: T[] = []
          for (let i = 0; i < count; i++) values.push(element.read(reader))
          return values
        },
        write(writer, values) {
          length.write(writer, values === null ? -1 : values.length)
          if (values) for (const value of values) element.write(writer, value)
        },
      }
    },
  }
}

export function array<T>(of: Type<T>): Type<readonly T[]> {
  return required(nullableArray(of))
}

/** A type that may be null only from a version on. */
export function nullableSince<T>(version: number, type: Type<T | null>): Type<T | null> {
  const strict = required(type)
  return { at: (actual, flexible) => (actual >= version ? type : strict).at(actual, flexible) }
}

/** One form before a version, another from it on. */
export function changedIn<T>(version: number, before: Type<T>, after: Type<T>): Type<T> {
  return { at: (actual, flexible) => (actual < version ? before : after).at(actual, flexible) }
}

/** A value that looks different to us than on the wire. */
export function seenAs<Wire, T>(
  wire: Type<Wire>,
  fromWire: (wire: Wire) => T,
  toWire: (value: T) => Wire,
): Type<T> {
  return {
    at(version, flexible) {
      const codec = wire.at(version, flexible)
      return {
        read: (reader) => fromWire(codec.read(reader)),
        write: (writer, value) => codec.write(writer, toWire(value)),
      }
    },
  }
}

/** An array that holds exactly one element, seen as the element. */
export function only<T>(of: Type<T>): Type<T> {
  const many = array(of)
  return {
    at(version, flexible) {
      const codec = many.at(version, flexible)
      return {
        read(reader) {
          const values = codec.read(reader)
          if (values.length === 1) return values[0]!
          throw reader.malformed(`${values.length} elements where one was asked for`)
        },
        write: (writer, value) => codec.write(writer, [value]),
      }
    },
  }
}

const compactLength: Codec<number> = {
  read: (reader) => reader.varint() - 1,
  write: (writer, length) => writer.varint(length + 1),
}
const int16Length: Codec<number> = {
  read: (reader) => reader.int16(),
  write: (writer, length) => writer.int16(length),
}
const int32Length: Codec<number> = {
  read: (reader) => reader.int32(),
  write: (writer, length) => writer.int32(length),
}

function primitive<T>(read: Codec<T>['read'], write: Codec<T>['write']): Type<T> {
  const codec: Codec<T> = { read, write }
  return { at: () => codec }
}

function bytesType(put: (writer: Writer, value: Uint8Array) => void): Type<Uint8Array | null> {
  return {
    at(_, flexible) {
      const length = flexible ? compactLength : int32Length
      return {
        read(reader) {
          const size = length.read(reader)
          return size < 0 ? null : reader.bytes(size)
        },
        write(writer, value) {
          length.write(writer, value === null ? -1 : value.length)
          if (value) put(writer, value)
        },
      }
    },
  }
}

function required<T>(type: Type<T | null>): Type<T> {
  return {
    at(version, flexible) {
      const codec = type.at(version, flexible)
      return {
        read(reader) {
          const value = codec.read(reader)
          if (value === null) throw reader.malformed('null where the version has none')
          return value
        },
        write(writer, value) {
          if (value === null)
            throw new StreamsError('value-out-of-range', `null in a field that version ${version} requires`)
          codec.write(writer, value)
        },
      }
    },
  }
}
