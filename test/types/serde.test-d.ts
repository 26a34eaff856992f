import { expectTypeOf, test } from 'vitest'
import { list } from '../../src/serde/list.ts'
import { nothing } from '../../src/serde/nothing.ts'
import { int32, long, string } from '../../src/serde/scalars.ts'
import type { Serde, TypeOf } from '../../src/serde/serde.ts'
import { struct } from '../../src/serde/struct.ts'
import { type sessionWindowed, timeWindowed, type Windowed } from '../../src/serde/windowed.ts'

test('a list may hold null only if it is declared so', () => {
  expectTypeOf(list(string)).toEqualTypeOf<Serde<readonly string[]>>()
  expectTypeOf(list(list(long), { nullable: true })).toEqualTypeOf<
    Serde<readonly (readonly number[] | null)[]>
  >()
  // @ts-expect-error null in a list that is not nullable
  list(string).serialize(['a', null])
})

test('a struct has the types of its fields', () => {
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
})

test('windowed keys keep the type of the key', () => {
  expectTypeOf<TypeOf<ReturnType<typeof sessionWindowed<string>>>>().toEqualTypeOf<Windowed<string>>()
  timeWindowed(string, 'unlimited')
  // @ts-expect-error no size
  timeWindowed(string)
  // @ts-expect-error nothing has no value
  nothing.serialize('a')
})
