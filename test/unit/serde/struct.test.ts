import { expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { nothing } from '../../../src/serde/nothing.ts'
import { boolean, int16, string } from '../../../src/serde/scalars.ts'
import { struct } from '../../../src/serde/struct.ts'

const serde = struct({ user: string, age: int16, paid: boolean }, { nullable: ['age'] })

test('writes a bit per null, then the fields, with lengths where they are not fixed', () => {
  const record = { user: 'ab', age: 7, paid: true }
  expect(hex(serde.serialize(record))).toBe('00' + '046162' + '0007' + '0201')
  expect(serde.deserialize(serde.serialize(record))).toEqual(record)
  const without = { user: '', age: null, paid: false }
  expect(hex(serde.serialize(without))).toBe('02' + '00' + '0200')
  expect(serde.deserialize(serde.serialize(without))).toEqual(without)
})

test('has the fields in its name, since they say what the bytes mean', () => {
  expect(serde.name).toBe('struct(user:string,age:int16?,paid:boolean)')
})

test('null bits take as many bytes as they need', () => {
  const names = Array.from({ length: 9 }, (_, i) => `f${i}`)
  const wide = struct(Object.fromEntries(names.map((name) => [name, int16])), { nullable: ['f8'] })
  const record = Object.fromEntries(names.map((name, i) => [name, i === 8 ? null : i]))
  const bytes = wide.serialize(record as Parameters<typeof wide.serialize>[0])
  expect(bytes).toHaveLength(2 + 8 * 2)
  expect(wide.deserialize(bytes)).toEqual(record)
})

test('refuses a missing field, one of another type, and malformed bytes', () => {
  expect(() => serde.serialize({ user: 'a', age: 1 } as never)).toThrow(/field 'paid' is missing/)
  expect(() => serde.serialize({ user: 'a', age: 70_000, paid: true })).toThrow(/int16: 70000/)
  for (const bytes of ['', '01', '00046162000702', '000461620007020101', '0004616200'])
    expect(() => serde.deserialize(Buffer.from(bytes, 'hex')), bytes).toThrow(
      expect.objectContaining({ code: 'deserialization' }),
    )
})

test('nothing takes and gives nothing but null, which never reaches a serde', () => {
  expect(() => nothing.serialize(1 as never)).toThrow(/1 is not null/)
  expect(() => nothing.deserialize(Uint8Array.of(1))).toThrow(/found 1 bytes/)
})
