import { expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { isTimeWindowed, timeWindowed } from '../../../src/serde/windowed.ts'

const serde = timeWindowed(string, '5m')

test("is Java's key | start, the end coming from the size", () => {
  const bytes = serde.serialize({ key: 'a', window: { start: 20, end: 300_020 } })
  expect(hex(bytes)).toBe('610000000000000014')
  expect(serde.deserialize(bytes)).toEqual({ key: 'a', window: { start: 20, end: 300_020 } })
  expect(hex(timeWindowed(long, 10).serialize({ key: 1, window: { start: 0, end: 10 } }))).toBe(
    '00000000000000010000000000000000',
  )
})

test('an end past the safe integers stops there', () => {
  const start = Number.MAX_SAFE_INTEGER - 5
  const bytes = serde.serialize({ key: '', window: { start, end: 0 } })
  expect(serde.deserialize(bytes).window).toEqual({ start, end: Number.MAX_SAFE_INTEGER })
})

test('refuses bytes too short for a start, and what the key serde refuses', () => {
  expect(() => serde.deserialize(new Uint8Array(7))).toThrow(/at least 8 bytes, found 7/)
  expect(() => timeWindowed(long, 10).deserialize(new Uint8Array(12))).toThrow(/expected 8 bytes, found 4/)
})

test('is recognized among other serdes', () => {
  expect(isTimeWindowed(serde)).toBe(true)
  expect(isTimeWindowed(string)).toBe(false)
  expect(serde.name).toBe('timeWindowed(string,300000)')
})
