import { describe, expectTypeOf, test } from 'vitest'
import {
  boolean,
  bytes,
  float32,
  float64,
  int16,
  int32,
  int64,
  json,
  list,
  long,
  nothing,
  type Serde,
  sessionWindowed,
  string,
  struct,
  type TimeWindowedSerde,
  type TypeOf,
  timeWindowed,
  uuid,
  type Windowed,
  type WindowedSerde,
} from '../../src/index.ts'

describe('scalars', () => {
  test('string', () => {
    expectTypeOf(string).toEqualTypeOf<Serde<string>>()
    // @ts-expect-error null stays null
    string.serialize(null)
  })

  test('bytes', () => {
    expectTypeOf(bytes).toEqualTypeOf<Serde<Uint8Array>>()
    // @ts-expect-error text has bytes by a charset alone
    bytes.serialize('a')
  })

  test('boolean', () => {
    expectTypeOf(boolean).toEqualTypeOf<Serde<boolean>>()
    // @ts-expect-error 1 is not true
    boolean.serialize(1)
  })

  test('int16, int32, long', () => {
    expectTypeOf(int16).toEqualTypeOf<Serde<number>>()
    expectTypeOf(int32).toEqualTypeOf<Serde<number>>()
    expectTypeOf(long).toEqualTypeOf<Serde<number>>()
    // @ts-expect-error not a bigint
    int16.serialize(1n)
    // @ts-expect-error not a bigint
    int32.serialize(1n)
    // @ts-expect-error that is int64
    long.serialize(1n)
  })

  test('int64', () => {
    expectTypeOf(int64).toEqualTypeOf<Serde<bigint>>()
    // @ts-expect-error that is long
    int64.serialize(1)
  })

  test('float32, float64', () => {
    expectTypeOf(float32).toEqualTypeOf<Serde<number>>()
    expectTypeOf(float64).toEqualTypeOf<Serde<number>>()
    // @ts-expect-error not a bigint
    float32.serialize(1n)
    // @ts-expect-error not text
    float64.serialize('1')
  })

  test('uuid', () => {
    expectTypeOf(uuid).toEqualTypeOf<Serde<string>>()
    // @ts-expect-error it is text
    uuid.serialize(new Uint8Array(16))
  })

  test('nothing', () => {
    expectTypeOf(nothing).toEqualTypeOf<Serde<never>>()
    // @ts-expect-error nothing has no value
    nothing.serialize('a')
  })
})

describe('compounds', () => {
  test('json', () => {
    interface Tree {
      readonly children: readonly Tree[]
    }
    expectTypeOf(json<Tree>()).toEqualTypeOf<Serde<Tree>>()
    expectTypeOf(json<unknown>()).toEqualTypeOf<Serde<unknown>>()
    json<{ a: string[]; b?: { c: number | null } }>()
    // @ts-expect-error JSON has no bigint
    json<{ a: bigint }>()
    // @ts-expect-error a Date comes back as text
    json<{ at: Date }>()
    // @ts-expect-error JSON has no functions
    json<{ run: () => number }>()
  })

  test('list', () => {
    expectTypeOf(list(string)).toEqualTypeOf<Serde<readonly string[]>>()
    expectTypeOf(list(list(long), { nullable: true })).toEqualTypeOf<
      Serde<readonly (readonly number[] | null)[]>
    >()
    // @ts-expect-error null in a list that is not nullable
    list(string).serialize(['a', null])
    // @ts-expect-error entries of another type
    list(string).serialize([1])
    // @ts-expect-error of what?
    list()
  })

  test('struct', () => {
    const order = struct({ id: string, amount: int32, note: string }, { nullable: ['note'] })
    expectTypeOf<TypeOf<typeof order>>().toEqualTypeOf<{
      readonly id: string
      readonly amount: number
      readonly note: string | null
    }>()
    order.serialize({ id: 'a', amount: 1, note: null })
    // @ts-expect-error a field is missing
    order.serialize({ id: 'a', amount: 1 })
    // @ts-expect-error a field that is not nullable
    order.serialize({ id: 'a', amount: null, note: 'b' })
    // @ts-expect-error no such field
    struct({ id: string }, { nullable: ['amount'] })
    // @ts-expect-error fields have serdes
    struct({ id: 'string' })
  })
})

describe('windowed keys', () => {
  test('timeWindowed', () => {
    expectTypeOf(timeWindowed(string, 'unlimited')).toEqualTypeOf<TimeWindowedSerde<string>>()
    expectTypeOf<TypeOf<TimeWindowedSerde<string>>>().toEqualTypeOf<Windowed<string>>()
    // @ts-expect-error the end is not on the wire: which size?
    timeWindowed(string)
    // @ts-expect-error not a duration
    timeWindowed(string, '5 minutes')
    // @ts-expect-error a key without its window
    timeWindowed(string, '5m').serialize('a')
  })

  test('sessionWindowed', () => {
    expectTypeOf(sessionWindowed(string)).toEqualTypeOf<WindowedSerde<string>>()
    // @ts-expect-error sessions have no size
    sessionWindowed(string, '5m')
    // @ts-expect-error a window has an end
    sessionWindowed(string).serialize({ key: 'a', window: { start: 1 } })
  })
})
