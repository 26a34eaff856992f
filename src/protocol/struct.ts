import { compareBytes } from '../core/bytes.ts'
import type { Reader } from './reader.ts'
import type { Codec, Type } from './schema.ts'
import { Writer } from './writer.ts'

/** A struct member that came with a version, or that is tagged. */
export interface Field<T> {
  readonly type: Type<T>
  readonly since: number
  /** What reading gives where the field is absent. A value given is not written there. */
  readonly fallback: T
  readonly tag?: number
}

/** A member on the wire that Millrace has no use for: always written as `unused`, dropped when read. */
export interface Unused {
  readonly type: Type<unknown>
  readonly since: number
  readonly until: number
  readonly unused: unknown
}

/** Members in the order of the wire. Names beginning with `_` are not part of the value. */
export type Fields<T> = { readonly [K in keyof T]-?: Type<T[K]> | Field<T[K]> } & {
  readonly [K in `_${string}`]: Unused
}

export function struct<T>(fields: Fields<T>): Type<T> {
  return { at: (version, flexible) => structAt(fields, version, flexible) }
}

/** A member that came with a version; before it, reading gives the fallback. */
export function since<T>(version: number, type: Type<T>, fallback: T): Field<T> {
  return { type, since: version, fallback }
}

/** A tagged field (KIP-482), which only flexible versions have. */
export function tagged<T>(tag: number, version: number, type: Type<T>, fallback: T): Field<T> {
  return { type, since: version, fallback, tag }
}

/** See `Unused`. @param first first version that has it @param last last version that has it */
export function unused<T>(
  type: Type<T>,
  value: T,
  first = 0,
  last: number = Number.POSITIVE_INFINITY,
): Unused {
  return { type: type as Type<unknown>, since: first, until: last, unused: value }
}

/** A member settled on a version. */
interface Member {
  readonly name: string
  readonly codec: Codec<unknown>
  readonly fallback: unknown
  readonly tag: number | undefined
  readonly unused: boolean
}

interface Absent {
  readonly name: string
  readonly fallback: unknown
}

function structAt<T>(fields: Fields<T>, version: number, flexible: boolean): Codec<T> {
  const members: Member[] = []
  const absent: Absent[] = []
  for (const [name, spec] of Object.entries<Type<unknown> | Field<unknown> | Unused>(fields)) {
    if ('unused' in spec) {
      const codec = spec.type.at(version, flexible)
      if (version >= spec.since && version <= spec.until)
        members.push({ name, codec, fallback: spec.unused, tag: undefined, unused: true })
    } else {
      const { type, since: first, fallback, tag } = 'at' in spec ? since(0, spec, undefined) : spec
      if (version < first) absent.push({ name, fallback })
      else members.push({ name, codec: type.at(version, flexible), fallback, tag, unused: false })
    }
  }
  const plain = members.filter((member) => member.tag === undefined)
  const tags = members.filter((member) => member.tag !== undefined)
  const defaults: readonly Absent[] = [...absent, ...tags]
  return {
    read(reader) {
      const value: Record<string, unknown> = {}
      for (const { name, codec, unused } of plain) {
        const read = codec.read(reader)
        if (!unused) value[name] = read
      }
      for (const { name, fallback } of defaults) value[name] = fallback
      if (flexible) readTags(reader, tags, value)
      return value as T
    },
    write(writer, value) {
      const given = value as Record<string, unknown>
      for (const { name, codec, unused, fallback } of plain)
        codec.write(writer, unused ? fallback : given[name])
      if (flexible) writeTags(writer, tags, given)
    },
  }
}

function readTags(reader: Reader, known: readonly Member[], value: Record<string, unknown>): void {
  const count = reader.count(reader.varint())
  for (let i = 0; i < count; i++) {
    const tag = reader.varint()
    const size = reader.varint()
    const member = known.find((candidate) => candidate.tag === tag)
    if (member) value[member.name] = reader.within(size, (part) => member.codec.read(part))
    else reader.skip(size)
  }
}

/** Like Java, a tagged field that has its default value is left out. */
function writeTags(writer: Writer, known: readonly Member[], given: Record<string, unknown>): void {
  const set = known
    .map(({ tag, codec, name, fallback }) => ({
      tag: tag!,
      encoded: encoded(codec, given[name]),
      fallback: encoded(codec, fallback),
    }))
    .filter((field) => compareBytes(field.encoded, field.fallback) !== 0)
  writer.varint(set.length)
  for (const field of set) {
    writer.varint(field.tag)
    writer.varint(field.encoded.length)
    writer.bytes(field.encoded)
  }
}

function encoded(codec: Codec<unknown>, value: unknown): Uint8Array {
  const writer = new Writer(64)
  codec.write(writer, value)
  return writer.finish()
}
