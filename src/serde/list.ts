import { concatBytes } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import { float32, float64, int16, int32, int64, long, uuid } from './scalars.ts'
import type { Serde } from './serde.ts'

export interface NullableEntries {
  /** Entries may be null; without it they are refused, written or read. */
  readonly nullable: true
}

/**
 * Java's ListSerde. Entries of int16, int32, long, int64, float32, float64 and uuid have no length of their own:
 * `0 | int32 nulls | int32 index of each | int32 size | entries`; all others do, -1 for null:
 * `1 | int32 size | (int32 length | entry) each`.
 */
export function list<T>(inner: Serde<T>): Serde<readonly T[]>
export function list<T>(inner: Serde<T>, options: NullableEntries): Serde<readonly (T | null)[]>
export function list<T>(inner: Serde<T>, options?: NullableEntries): Serde<readonly (T | null)[]> {
  const nullable = options?.nullable === true
  const entryLength = fixedLengths.get(inner)
  return {
    name: `list(${inner.name}${nullable ? ',nullable' : ''})`,
    serialize(values) {
      if (!nullable) checkNulls(values, 'value-out-of-range')
      const entries = values.map((value) => (value === null ? null : inner.serialize(value)))
      return concatBytes(entryLength === undefined ? variableEntries(entries) : fixedEntries(entries))
    },
    deserialize(bytes) {
      const values = readEntries(new Cursor(bytes), entryLength).map(
        (entry) => entry && inner.deserialize(entry),
      )
      if (!nullable) checkNulls(values, 'deserialization')
      return values
    },
  }
}

/** ListSerializer.FIXED_LENGTH_SERIALIZERS */
const fixedLengths: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  [int16, 2],
  [int32, 4],
  [long, 8],
  [int64, 8],
  [float32, 4],
  [float64, 8],
  [uuid, 36],
])

type Entries = readonly (Uint8Array | null)[]

const constantSize = 0
const variableSize = 1

function fixedEntries(entries: Entries): Uint8Array[] {
  const nulls = entries.flatMap((entry, i) => (entry === null ? [i] : []))
  return [
    Uint8Array.of(constantSize),
    ...[nulls.length, ...nulls, entries.length].map(int32.serialize),
    ...entries.filter((entry) => entry !== null),
  ]
}

function variableEntries(entries: Entries): Uint8Array[] {
  return [
    Uint8Array.of(variableSize),
    int32.serialize(entries.length),
    ...entries.flatMap((entry) =>
      entry === null ? [int32.serialize(-1)] : [int32.serialize(entry.length), entry],
    ),
  ]
}

function readEntries(from: Cursor, entryLength: number | undefined): Entries {
  const strategy = from.take(1)[0]
  if (strategy !== constantSize && strategy !== variableSize) throw malformed(`the first byte is ${strategy}`)
  if (strategy === variableSize) {
    return Array.from({ length: from.count() }, () => {
      const length = from.int32()
      return length === -1 ? null : from.take(length)
    })
  }
  if (entryLength === undefined) throw malformed('the entries have no lengths, but the serde needs them')
  const nulls = new Set(Array.from({ length: from.count() }, () => from.int32()))
  return Array.from({ length: from.count() }, (_, i) => (nulls.has(i) ? null : from.take(entryLength)))
}

/** Reads from the beginning on. */
class Cursor {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take(length: number): Uint8Array {
    const end = this.#at + length
    if (length < 0 || end > this.#bytes.length) {
      throw malformed(`${length} bytes at ${this.#at} of ${this.#bytes.length}`)
    }
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  int32(): number {
    return int32.deserialize(this.take(4))
  }

  /** A number of things of which each takes a byte at least. */
  count(): number {
    const count = this.int32()
    if (count >= 0 && count <= this.#bytes.length) return count
    throw malformed(`${count} entries in ${this.#bytes.length} bytes`)
  }
}

function checkNulls(values: readonly unknown[], code: 'value-out-of-range' | 'deserialization'): void {
  const at = values.indexOf(null)
  if (at < 0) return
  throw new StreamsError(code, `list: entry ${at} is null; declare the list with { nullable: true }`)
}

function malformed(problem: string): StreamsError {
  return new StreamsError('deserialization', `list: ${problem}`)
}
