import { concatBytes } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import type { Serde } from './serde.ts'
import { readVarint, varintBytes } from './varint.ts'

/** An update of a table, as its node forwards it. */
export interface Change<V> {
  /** Null: the key was deleted. */
  readonly newValue: V | null
  /** What was there before; null if nothing was, or if nobody behind asked for it (`sendOldValues`). */
  readonly oldValue: V | null
  /** False for an update of a versioned table that a later version has overtaken already (KIP-914). */
  readonly isLatest: boolean
}

// The last byte says what is there. Java reads, but does not write, the forms with a byte for `isLatest` before it.
const oldOnly = 0
const newOnly = 1
const both = 2
const withLatest = 3

/**
 * Updates of a table on their way through a repartition topic (Java's ChangedSerializer, ChangedDeserializer):
 * `old | 0`, `new | 1`, or `varint length of new | new | old | 2`.
 */
export function changed<V>(inner: Serde<V>): Serde<Change<V>> {
  return {
    name: `changed(${inner.name})`,
    serialize: ({ newValue, oldValue }) =>
      write(
        newValue === null ? null : inner.serialize(newValue),
        oldValue === null ? null : inner.serialize(oldValue),
      ),
    deserialize(bytes) {
      const { newBytes, oldBytes, isLatest } = read(bytes)
      return {
        newValue: newBytes && inner.deserialize(newBytes),
        oldValue: oldBytes && inner.deserialize(oldBytes),
        isLatest,
      }
    },
  }
}

function write(newBytes: Uint8Array | null, oldBytes: Uint8Array | null): Uint8Array {
  if (newBytes && oldBytes) {
    return concatBytes([varintBytes(newBytes.length), newBytes, oldBytes, Uint8Array.of(both)])
  }
  if (newBytes) return concatBytes([newBytes, Uint8Array.of(newOnly)])
  if (oldBytes) return concatBytes([oldBytes, Uint8Array.of(oldOnly)])
  throw new StreamsError('value-out-of-range', 'changed: an update has neither an old nor a new value')
}

interface Parts {
  readonly newBytes: Uint8Array | null
  readonly oldBytes: Uint8Array | null
  readonly isLatest: boolean
}

function read(bytes: Uint8Array): Parts {
  const form = bytes.at(-1)
  if (form === undefined || form > both + withLatest) throw malformed(`the last byte is ${form}`)
  if (form < withLatest) return { ...values(bytes.subarray(0, -1), form), isLatest: true }
  const isLatest = bytes.at(-2)
  if (isLatest !== 0 && isLatest !== 1) throw malformed(`the byte before the last is ${isLatest}`)
  return { ...values(bytes.subarray(0, -2), form - withLatest), isLatest: isLatest === 1 }
}

function values(bytes: Uint8Array, form: number): Omit<Parts, 'isLatest'> {
  if (form === oldOnly) return { newBytes: null, oldBytes: bytes }
  if (form === newOnly) return { newBytes: bytes, oldBytes: null }
  const { value: newLength, length } = readVarint(bytes)
  if (newLength < 0 || length + newLength > bytes.length)
    throw malformed(`the new value has ${newLength} bytes`)
  return {
    newBytes: bytes.subarray(length, length + newLength),
    oldBytes: bytes.subarray(length + newLength),
  }
}

function malformed(problem: string): StreamsError {
  return new StreamsError('deserialization', `changed: ${problem}`)
}
