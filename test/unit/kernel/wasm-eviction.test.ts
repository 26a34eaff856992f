import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { createWasmKernel } from '../../../src/kernel/load.ts'
import type { RegionProgram } from '../../../src/kernel/program.ts'
import { long } from '../../../src/serde/scalars.ts'
import { batchOf, countLine, Driver, programOf, windowsOf } from './kernel.driver.ts'

/** Numbers from 0 to below 1, the same in every run. */
function randoms(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 0x1_0000_0000
  }
}

const unwindowed = programOf({ aggregate: { kind: 'count', nullValues: 'count' } })
/** Windows that stay open and segments that stay for the whole test. */
const windowed = programOf({
  aggregate: windowsOf({ graceMs: 100_000, retentionMs: 200_000, segmentMs: 500 }),
})

function open(program: RegionProgram, capacity = Number.MAX_SAFE_INTEGER): Driver {
  const driver = new Driver(createWasmKernel(program), program)
  driver.region.setCapacity(capacity)
  return driver
}

const keys = (from: number, to: number): { key: string }[] =>
  Array.from({ length: to - from }, (_, i) => ({ key: `key-${from + i}` }))

function checkpoint(driver: Driver): void {
  driver.snapshot()
  driver.acknowledge()
}

function rowsInMemory(driver: Driver, count: number): number {
  const found = Array.from({ length: count }, (_, i) => driver.region.get(utf8(`key-${i}`), 0))
  return found.filter((row) => row !== 'unknown').length
}

describe('a bounded table counts as a map does', () => {
  test.each([
    ['unwindowed', unwindowed, 1],
    ['windowed', windowed, 20_000],
  ] as const)('%s, with snapshots at any time', (_, program, span) => {
    const random = randoms(7)
    const driver = open(program, 24_000)
    const model = new Map<string, number>()
    const expected: string[] = []
    let underWay = false
    for (let round = 0; round < 120; round++) {
      const inputs = Array.from({ length: 1 + Math.floor(random() * 100) }, () => {
        // A few keys are hot; lengths differ, so entries are of several sizes, some beyond every size class.
        const number = Math.floor(random() ** 3 * 800)
        const key = `${number}`.padStart(number % 97 === 0 ? 1100 + number : 1 + (number % 60), '.')
        return { key, timestamp: Math.floor(random() * span) }
      })
      for (const { key, timestamp } of inputs) {
        const row = `${key} ${span === 1 ? 0 : Math.floor(timestamp / 100)}`
        const count = (model.get(row) ?? 0) + 1
        model.set(row, count)
        expected.push(`${key}=${count}`)
      }
      driver.process([batchOf(inputs)], 40)
      if (random() < 0.4) {
        if (underWay) driver.acknowledge()
        else driver.snapshot()
        underWay = !underWay
      }
      if (random() < 0.5) driver.commit()
    }
    driver.commit()
    expect(driver.sent(0).map((record) => countLine(record).split('@')[0])).toEqual(expected)
    expect(driver.region.counters.evicted).toBeGreaterThan(500)
    expect(driver.region.counters.diskReads).toBeGreaterThan(500)
  })
})

test('memory for entries stays within the capacity while rows are clean', () => {
  const driver = open(unwindowed, 10_000)
  for (let from = 0; from < 5000; from += 50) {
    driver.process([batchOf(keys(from, from + 50))])
    driver.commit()
    checkpoint(driver)
    expect(driver.region.usedBytes).toBeLessThanOrEqual(10_000)
  }
  expect(driver.region.counters.evicted).toBeGreaterThan(4800)
  expect(driver.region.dirtyBytes).toBe(0)
})

test('dirty rows are never evicted: the table grows past the capacity', () => {
  const driver = open(unwindowed, 1000)
  driver.process([batchOf(keys(0, 500))])
  expect(driver.region.counters.evicted).toBe(0)
  expect(driver.region.usedBytes).toBeGreaterThan(30_000)
  expect(rowsInMemory(driver, 500)).toBe(500)
})

test('rows in a snapshot under way are not evicted until it is acknowledged', () => {
  const driver = open(unwindowed, 1000)
  driver.process([batchOf(keys(0, 100))])
  driver.snapshot()
  driver.process([batchOf(keys(100, 200))])
  expect(driver.region.counters.evicted).toBe(0)
  driver.acknowledge()
  driver.process([batchOf(keys(200, 300))])
  expect(driver.region.counters.evicted).toBe(100)
})

test('an acknowledgement cleans no row that has changed since the snapshot', () => {
  const driver = open(unwindowed, 1000)
  driver.process([batchOf(keys(0, 100))])
  driver.snapshot()
  const dirty = driver.region.dirtyBytes
  driver.process([batchOf(keys(0, 100))])
  driver.acknowledge()
  expect(driver.region.dirtyBytes).toBe(dirty)
  driver.process([batchOf(keys(100, 150))])
  expect(driver.region.counters.evicted).toBe(0)
  expect(driver.snapshot()).toHaveLength(150)
  driver.acknowledge()
  expect(driver.region.dirtyBytes).toBe(0)
})

test('rows of the stretch at hand stay, also those that are clean', () => {
  const driver = open(unwindowed)
  driver.process([batchOf(keys(0, 50))])
  checkpoint(driver)
  const { usedBytes } = driver.region
  driver.region.setCapacity(usedBytes)
  const { reader } = driver.kernel
  reader.load([batchOf([...keys(0, 50), ...keys(50, 100)])], 0)
  reader.decode()
  driver.region.check()
  expect(driver.region.locate()).toBe(0)
  expect(driver.region.counters.evicted).toBe(0)
  expect(driver.region.apply()).toBe(-1)
  driver.commit()
  const counts = driver.sent(0).map(countLine)
  expect(counts.filter((line) => line.includes('=2@'))).toHaveLength(50)
})

test('rows whose coalesced changelog record is due stay', () => {
  const program = programOf({
    aggregate: { kind: 'count', nullValues: 'count' },
    changelog: { mode: 'coalesced' },
  })
  const driver = open(program, 1000)
  driver.process([batchOf(keys(0, 50))])
  checkpoint(driver)
  driver.process([batchOf(keys(50, 100))])
  expect(driver.region.counters.evicted).toBe(0)
  driver.commit()
  expect(driver.sent(1)).toHaveLength(100)
  driver.process([batchOf(keys(100, 101))])
  expect(driver.region.counters.evicted).toBe(50)
})

test('rows in use are spared: a scan does not push out the hot ones', () => {
  const driver = open(unwindowed, 100 * 128)
  driver.process([batchOf(keys(0, 20))])
  checkpoint(driver)
  let reads = 0
  for (let from = 1000; from < 4000; from += 10) {
    reads += driver.process([batchOf(keys(0, 20))])
    checkpoint(driver)
    driver.process([batchOf(keys(from, from + 10))])
    checkpoint(driver)
  }
  expect(driver.region.counters.evicted).toBeGreaterThan(2800)
  expect(reads).toBe(0)
})

test('after an eviction absent keys are asked for, in the segment it came from only', () => {
  const driver = open(windowed, 2000)
  const at = (timestamp: number, from: number, to: number) =>
    batchOf(keys(from, to).map((input) => ({ ...input, timestamp })))
  driver.process([at(0, 0, 30)])
  checkpoint(driver)
  driver.process([at(1000, 30, 40)])
  expect(driver.region.counters.evicted).toBeGreaterThan(0)
  expect(driver.process([at(1000, 40, 50)])).toBe(0)
  expect(driver.process([at(0, 50, 60)])).toBe(10)
  expect(driver.region.get(utf8('key-999'), 0)).toBe('unknown')
  expect(driver.region.get(utf8('key-999'), 1000)).toBe(undefined)
})

test('a larger capacity takes effect at once', () => {
  const driver = open(unwindowed, 1000)
  driver.process([batchOf(keys(0, 100))])
  checkpoint(driver)
  const { evicted } = driver.region.counters
  expect(evicted).toBeGreaterThan(0)
  driver.region.setCapacity(1_000_000)
  driver.process([batchOf(keys(100, 200))])
  expect(driver.region.counters.evicted).toBe(evicted)
})

test('a smaller capacity takes effect at once, and a checkpoint lets go of what was dirty until then', () => {
  const driver = open(unwindowed)
  driver.process([batchOf(keys(0, 100))])
  driver.region.setCapacity(1000)
  expect(driver.region.counters.evicted).toBe(0)
  checkpoint(driver)
  expect(driver.region.usedBytes).toBeLessThanOrEqual(1000)
  driver.region.setCapacity(500)
  expect(driver.region.usedBytes).toBeLessThanOrEqual(500)
})

test('restored rows go, too, when they are on disk', () => {
  const driver = open(unwindowed, 1000)
  const counts = Array.from({ length: 100 }, (_, i) => ({ key: `key-${i}`, value: long.serialize(i) }))
  driver.restore([batchOf(counts)])
  expect(driver.region.counters.evicted).toBe(0)
  checkpoint(driver)
  expect(driver.region.usedBytes).toBeLessThanOrEqual(1000)
})
