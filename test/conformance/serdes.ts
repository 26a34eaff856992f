import {
  bytes,
  float64,
  int32,
  int64,
  json,
  long,
  type Serde,
  sessionWindowed,
  string,
  timeWindowed,
} from '../../src/index.ts'
import type { SerdeName } from './case.ts'
import { isNumeric } from './values.ts'

const scalars: Readonly<Record<string, Serde<unknown>>> = {
  string: string as Serde<unknown>,
  bytes: bytes as Serde<unknown>,
  json: json<unknown>(),
  // As in the recordings, these three take any number.
  long: {
    ...(long as Serde<unknown>),
    serialize: (value) => (typeof value === 'bigint' ? int64.serialize(value) : long.serialize(whole(value))),
    deserialize(encoded) {
      const value = int64.deserialize(encoded)
      return Number.isSafeInteger(Number(value)) ? Number(value) : value
    },
  },
  // Java's Number.intValue keeps the lower 32 bits.
  integer: { ...(int32 as Serde<unknown>), serialize: (value) => int32.serialize(lower32(value)) },
  double: {
    ...(float64 as Serde<unknown>),
    serialize: (value) => float64.serialize(isNumeric(value) ? Number(value) : (value as number)),
  },
}

/** What is no number the serde itself refuses. */
function whole(value: unknown): number {
  return isNumeric(value) ? Math.trunc(Number(value)) : (value as number)
}

function lower32(value: unknown): number {
  return isNumeric(value) ? whole(value) | 0 : (value as number)
}

const made = new Map<string, Serde<unknown>>()

/** The serde of a name. Equal names give the same object, as two topics of one type share their serde. */
export function serdeOf(name: SerdeName): Serde<unknown> {
  if (typeof name === 'string') {
    const scalar = scalars[name]
    if (!scalar) throw new Error(`unknown serde ${name}`)
    return scalar
  }
  const id = JSON.stringify(name)
  const known = made.get(id)
  if (known) return known
  const serde = windowedSerde(name)
  made.set(id, serde)
  return serde
}

function windowedSerde(name: Exclude<SerdeName, string>): Serde<unknown> {
  const inner = serdeOf(name.inner)
  if (name.type === 'sessionWindowed') return sessionWindowed(inner) as Serde<unknown>
  const sizeMs = Math.min(Number(name.sizeMs), Number.MAX_SAFE_INTEGER)
  return timeWindowed(inner, sizeMs) as Serde<unknown>
}

/** Undefined where a step names none. */
export function serdeOrNone(name: SerdeName | undefined): Serde<unknown> | undefined {
  return name === undefined ? undefined : serdeOf(name)
}

/** `{ key, value }` with what is there, as options take it. */
export function serdesOf({ key, value }: { key?: SerdeName; value?: SerdeName }): {
  key?: Serde<never>
  value?: Serde<never>
} {
  return {
    ...(key !== undefined && { key: serdeOf(key) as Serde<never> }),
    ...(value !== undefined && { value: serdeOf(value) as Serde<never> }),
  }
}
