import { expect, test } from 'vitest'
import { getInt64, putInt64 } from '../../../src/core/bytes.ts'
import { readInt64, writeInt64 } from '../../../src/core/int64-bytes.ts'

test.each([
  0,
  1,
  -1,
  255,
  -256,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 53 - 1,
  -(2 ** 53) + 1,
  1_704_447_600_000,
])('%d is as core/bytes writes it', (value) => {
  const [own, core] = [new Uint8Array(9), new Uint8Array(9)]
  writeInt64(own, 1, value)
  putInt64(new DataView(core.buffer), 1, value)
  expect(own).toEqual(core)
  expect(readInt64(own, 1)).toBe(value)
  expect(getInt64(new DataView(own.buffer), 1)).toBe(value)
})

test('beyond what a number holds is refused', () => {
  expect(() => readInt64(new Uint8Array(8).fill(0x7f), 0)).toThrow(
    expect.objectContaining({ code: 'value-out-of-range' }),
  )
})
