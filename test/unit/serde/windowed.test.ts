import { expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { isTimeWindowed, isWindowed, sessionWindowed, timeWindowed } from '../../../src/serde/windowed.ts'
import { TopologyTestDriver } from '../../../src/testing/topology-test-driver.ts'

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

test('a session is key | end | start', () => {
  const session = { key: 'a', window: { start: 20, end: 33 } }
  const bytes = sessionWindowed(string).serialize(session)
  expect(hex(bytes)).toBe('6100000000000000210000000000000014')
  expect(sessionWindowed(string).deserialize(bytes)).toEqual(session)
  expect(() => sessionWindowed(string).deserialize(new Uint8Array(15))).toThrow(/at least 16 bytes, found 15/)
})

test('a window without size ends where time does', () => {
  const unlimited = timeWindowed(string, 'unlimited')
  const bytes = unlimited.serialize({ key: 'a', window: { start: 20, end: Number.MAX_SAFE_INTEGER } })
  expect(hex(bytes)).toBe('610000000000000014')
  expect(unlimited.deserialize(bytes).window).toEqual({ start: 20, end: Number.MAX_SAFE_INTEGER })
  expect(unlimited.name).toBe('timeWindowed(string,unlimited)')
})

test('refuses bytes too short for a start, and what the key serde refuses', () => {
  expect(() => serde.deserialize(new Uint8Array(7))).toThrow(/at least 8 bytes, found 7/)
  expect(() => timeWindowed(long, 10).deserialize(new Uint8Array(12))).toThrow(/expected 8 bytes, found 4/)
})

test("reads the keys of a window store's changelog", () => {
  const input = topic('in', { key: string, value: string })
  const built = topology(import.meta.url, (b) => {
    b.stream(input)
      .groupByKey()
      .windowedBy(tumbling(10))
      .count({ store: { name: 'counts' } })
    return undefined
  })
  using driver = new TopologyTestDriver(built)
  driver.input(input).pipe('a', 'v', { timestamp: 25 })
  const changelog = timeWindowed(string, 10, { changelog: true })
  const logged = driver.output(topic('test-counts-changelog', { key: changelog, value: long }))
  expect(logged.readPairs()).toEqual([[{ key: 'a', window: { start: 20, end: 30 } }, 1]])
  expect(changelog.name).toBe('timeWindowed(string,10,changelog)')
  expect(() => changelog.deserialize(new Uint8Array(11))).toThrow(/at least 12 bytes, found 11/)
})

test('is recognized among other serdes', () => {
  expect(isTimeWindowed(serde)).toBe(true)
  expect(isTimeWindowed(string)).toBe(false)
  expect(isTimeWindowed(sessionWindowed(string))).toBe(false)
  expect(isWindowed(sessionWindowed(string))).toBe(true)
  expect(isWindowed(string)).toBe(false)
  expect(serde.name).toBe('timeWindowed(string,300000)')
})
