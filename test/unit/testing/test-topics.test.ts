import { describe, expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { string } from '../../../src/serde/scalars.ts'
import { drive } from './drive.ts'

const text = topic('in', { key: string, value: string })
const out = topic('out', { key: string, value: string })
const copy = (b: StreamsBuilder): void => b.stream(text).to(out)

describe('times of records that are given none', () => {
  const times = (pipe: (driver: ReturnType<typeof drive>) => void): number[] => {
    using driver = drive(copy, { at: 1000 })
    pipe(driver)
    const records = driver.output(out).readAll()
    return records.map(({ timestamp }) => timestamp)
  }

  test('the wall clock', () => {
    const found = times((driver) => {
      const input = driver.input(text)
      input.pipe('a', '1')
      driver.advanceWallClock(5)
      input.pipe('a', '2')
    })
    expect(found).toEqual([1000, 1005])
  })

  test('a start, and a step; a time that is given takes none', () => {
    const found = times((driver) => {
      const input = driver.input(text, { startAt: 50, advance: '1s' })
      input.pipe('a', '1')
      input.pipe('a', '2', { timestamp: 7 })
      input.pipeAll([
        ['a', '3'],
        [null, null],
      ])
    })
    expect(found).toEqual([50, 7, 1050, 2050])
  })

  test('a step from the wall clock', () => {
    const found = times((driver) => {
      const input = driver.input(text, { advance: 10 })
      driver.advanceWallClock('1h')
      for (const value of ['1', '2']) input.pipe('a', value)
    })
    expect(found).toEqual([1000, 1010])
  })

  test('a time that is advanced by hand stands still otherwise', () => {
    const found = times((driver) => {
      const input = driver.input(text)
      input.advanceTime('1m')
      driver.advanceWallClock('1h')
      for (const value of ['1', '2']) input.pipe('a', value)
      input.advanceTime(1)
      driver.pipeBatch([{ topic: 'in', ...input.record('a', '3') }])
    })
    expect(found).toEqual([61_000, 61_000, 61_001])
  })

  test('what is no duration', () => {
    using driver = drive(copy)
    expect(() => driver.input(text, { advance: -1 })).toThrow('input: advance')
    expect(() => driver.input(text).advanceTime(-1)).toThrow('advanceTime')
  })
})

test('what a topic received, as values and as a table', () => {
  using driver = drive(copy)
  const [values, table] = [driver.output(out), driver.output(out)]
  const pipe = (...pairs: [string | null, string | null][]): void => driver.input(text).pipeAll(pairs)
  pipe(['a', '1'], ['b', '2'], ['a', null], ['b', '3'])
  expect(values.readValues()).toEqual(['1', '2', null, '3'])
  expect([...table.readMap()]).toEqual([
    ['a', null],
    ['b', '3'],
  ])
  pipe([null, '4'])
  expect(values.readValues()).toEqual(['4'])
  expect(table.readMap().get(null)).toBe('4')
  expect([values.isEmpty, table.isEmpty]).toEqual([true, true])
})
