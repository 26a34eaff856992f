import { expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { list } from '../../../src/serde/list.ts'
import { boolean, int16, string, uuid } from '../../../src/serde/scalars.ts'
import type { Serde } from '../../../src/serde/serde.ts'

const nullable = { nullable: true } as const
const id = '00000000-0000-0000-0000-00000000002a'

function roundTrip<T>(serde: Serde<T>, value: T): string {
  const bytes = serde.serialize(value)
  expect(serde.deserialize(bytes)).toEqual(value)
  return hex(bytes)
}

test('entries of a fixed size have no lengths, and the indexes of nulls come first', () => {
  expect(roundTrip(list(int16), [1, 2])).toBe('000000000000000002' + '00010002')
  expect(roundTrip(list(int16, nullable), [null, 7, null])).toBe(
    `00${'00000002'}${'00000000'}${'00000002'}${'00000003'}0007`,
  )
  expect(roundTrip(list(uuid), [id])).toBe(`000000000000000001${Buffer.from(id).toString('hex')}`)
})

test('other entries have a length, -1 for null', () => {
  expect(roundTrip(list(string), ['ab', ''])).toBe(`01${'00000002'}${'00000002'}6162${'00000000'}`)
  expect(roundTrip(list(string, nullable), [null])).toBe(`01${'00000001'}ffffffff`)
  expect(roundTrip(list(boolean), [true])).toBe('01000000010000000101')
  expect(roundTrip(list(list(string)), [[], ['a']])).toBe(
    '0100000002000000050100000000' + '0000000a0100000001000000' + '0161',
  )
})

test('null entries are refused unless the list was declared nullable', () => {
  expect(() => list(string).serialize(['a', null as unknown as string])).toThrow(/entry 1 is null/)
  expect(() => list(int16).deserialize(list(int16, nullable).serialize([null]))).toThrow(/entry 0 is null/)
})

test.each([
  '',
  '02',
  '01ffffffff',
  '0100000001fffffffe',
  '010000000100000002ab',
  '01000000ff',
  '00000000000000000200',
])('refuses malformed bytes (%s)', (bytes) => {
  expect(() => list(int16).deserialize(Buffer.from(bytes, 'hex'))).toThrow(
    expect.objectContaining({ code: 'deserialization' }),
  )
})

test('reads entries with lengths by a serde of fixed size, but not the reverse', () => {
  expect(list(int16).deserialize(Buffer.from('0100000001000000020007', 'hex'))).toEqual([7])
  expect(() => list(string).deserialize(list(int16).serialize([7]))).toThrow(/entries have no lengths/)
})
