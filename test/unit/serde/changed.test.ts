import { expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { changed } from '../../../src/serde/changed.ts'
import { string } from '../../../src/serde/scalars.ts'

const serde = changed(string)
const change = (newValue: string | null, oldValue: string | null, isLatest = true) => ({
  newValue,
  oldValue,
  isLatest,
})

test.each([
  [change(null, 'b'), '6200'],
  [change('b', null), '6201'],
  [change('b', 'b'), '02626202'],
  [change('', ''), '0002'],
  [change('b'.repeat(64), 'a'), `8001${'62'.repeat(64)}6102`],
])('writes the bytes of ChangedSerializer', (value, bytes) => {
  expect(hex(serde.serialize(value))).toBe(bytes)
  expect(serde.deserialize(Buffer.from(bytes, 'hex'))).toEqual(value)
})

test.each([
  ['620003', change(null, 'b', false)],
  ['620104', change('b', null, true)],
  ['0262610005', change('b', 'a', false)],
])('reads the forms that say whether the update is the latest', (bytes, value) => {
  expect(serde.deserialize(Buffer.from(bytes, 'hex'))).toEqual(value)
})

test.each(['', '6206', '620203', '0a6202', '02', '8080808080'])('refuses malformed bytes (%s)', (bytes) => {
  expect(() => serde.deserialize(Buffer.from(bytes, 'hex'))).toThrow(
    expect.objectContaining({ code: 'deserialization' }),
  )
})

test('refuses an update without values', () => {
  expect(() => serde.serialize(change(null, null))).toThrow(/neither an old nor a new value/)
  expect(serde.name).toBe('changed(string)')
})
