import { concatBytes } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import type { Serde, TypeOf } from './serde.ts'
import { readVarint, varintBytes } from './varint.ts'

export type StructFields = Readonly<Record<string, Serde<unknown>>>

/** The record that the fields make; those in `N` may be null. */
export type Struct<F extends StructFields, N extends keyof F = never> = {
  readonly [Name in keyof F]: TypeOf<F[Name]> | (Name extends N ? null : never)
}

/**
 * A record of declared fields, without their names: a bit per field that is null, rounded up to bytes, lowest bit
 * first; then the fields in order, those of a fixed size as they are, others behind their length as a varint
 * (zigzag). Adding, removing or reordering fields changes what existing bytes mean.
 */
export function struct<const F extends StructFields, const N extends keyof F = never>(
  fields: F,
  options: { readonly nullable?: readonly N[] } = {},
): Serde<Struct<F, N>> {
  const columns = Object.entries(fields).map(
    ([name, serde]): Column => ({
      name,
      serde,
      nullable: options.nullable?.includes(name as unknown as N) ?? false,
    }),
  )
  return {
    name: `struct(${columns.map(({ name, serde, nullable }) => `${name}:${serde.name}${nullable ? '?' : ''}`).join()})`,
    serialize: (record) => write(columns, record as Readonly<Record<string, unknown>>),
    deserialize: (bytes) => read(columns, bytes) as Struct<F, N>,
  }
}

interface Column {
  readonly name: string
  readonly serde: Serde<unknown>
  readonly nullable: boolean
}

function write(columns: readonly Column[], record: Readonly<Record<string, unknown>>): Uint8Array {
  const nulls = new Uint8Array(nullBytes(columns))
  const parts = columns.flatMap(({ name, serde, nullable }, i) => {
    const value = record[name] ?? null
    if (value !== null) return field(serde, value)
    if (!nullable) throw new StreamsError('value-out-of-range', `struct: field '${name}' is missing or null`)
    nulls[i >> 3]! |= 1 << (i & 7)
    return []
  })
  return concatBytes([nulls, ...parts])
}

function field(serde: Serde<unknown>, value: unknown): Uint8Array[] {
  const bytes = serde.serialize(value)
  return typeof serde.format === 'number' ? [bytes] : [varintBytes(bytes.length), bytes]
}

function read(columns: readonly Column[], bytes: Uint8Array): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  let at = nullBytes(columns)
  for (const [i, { name, serde, nullable }] of columns.entries()) {
    if (((bytes[i >> 3] ?? 0) >> (i & 7)) & 1) {
      if (!nullable) throw malformed(`field '${name}' is null`)
      record[name] = null
      continue
    }
    const { value: length, length: prefix } =
      typeof serde.format === 'number' ? { value: serde.format, length: 0 } : readVarint(bytes.subarray(at))
    const end = at + prefix + length
    if (length < 0 || end > bytes.length)
      throw malformed(`field '${name}' ends at ${end} of ${bytes.length} bytes`)
    record[name] = serde.deserialize(bytes.subarray(at + prefix, end))
    at = end
  }
  if (at !== bytes.length) throw malformed(`${bytes.length - at} bytes behind the last field`)
  return record
}

function nullBytes(columns: readonly Column[]): number {
  return Math.ceil(columns.length / 8)
}

function malformed(problem: string): StreamsError {
  return new StreamsError('deserialization', `struct: ${problem}`)
}
