import { describe, expect, test } from 'vitest'
import { hex, utf8 } from '../../../src/core/bytes.ts'
import type { RegionProgram } from '../../../src/kernel/program.ts'
import {
  batchOf,
  type CreateKernel,
  Driver,
  type Input,
  int64Of,
  programOf,
  windowsOf,
} from './kernel.driver.ts'

/** Windows of 100 ms in segments of 200 ms, kept for 400 ms. */
const windowed = programOf({ aggregate: windowsOf() })
const unwindowed = programOf()

const rowOf = (segment: number, start: number, key: string, count: number, timestamp: number): string =>
  `${segment}: ${hex(int64Of(start))}${hex(utf8(key))}=${hex(int64Of(timestamp, count))}`
const plainRow = (key: string, count: number, timestamp: number): string =>
  `0: ${hex(utf8(key))}=${hex(int64Of(timestamp, count))}`

const at = (...timestamps: number[]): Input[] => timestamps.map((timestamp) => ({ timestamp }))
const keys = (...names: string[]): Input[] => names.map((key) => ({ key, timestamp: 5 }))

export function rowsSuite(create: CreateKernel): void {
  const drive = (program: RegionProgram, inputs: readonly Input[] = []): Driver => {
    const driver = new Driver(create(program), program)
    driver.process([batchOf(inputs)])
    return driver
  }
  const more = (driver: Driver, ...inputs: Input[]): number => driver.process([batchOf(inputs)])
  const reopened = (driver: Driver, program: RegionProgram): Driver =>
    new Driver(create(program), program, driver.disk)

  describe('a snapshot', () => {
    test('has the rows changed since the last, by segment, in the order of their first change', () => {
      const driver = drive(windowed, at(210, 5, 199, 220, 6))
      expect(driver.snapshot()).toEqual([rowOf(0, 100, 'k', 1, 199), rowOf(1, 200, 'k', 2, 220)])
      driver.acknowledge()
      expect(driver.snapshot()).toEqual([])
      more(driver, { timestamp: 230 })
      expect(driver.snapshot()).toEqual([rowOf(1, 200, 'k', 3, 230)])
    })

    test('without windows has one segment', () => {
      const driver = drive(unwindowed, keys('b', 'a', 'b'))
      expect(driver.snapshot()).toEqual([plainRow('b', 2, 5), plainRow('a', 1, 5)])
    })

    test('rows that change while it is written are in the next one', () => {
      const driver = drive(unwindowed, keys('a', 'b'))
      driver.snapshot()
      more(driver, ...keys('b', 'c'))
      driver.acknowledge()
      expect(driver.region.dirtyBytes).toBeGreaterThan(0)
      expect(driver.snapshot()).toEqual([plainRow('b', 2, 5), plainRow('c', 1, 5)])
      driver.acknowledge()
      expect(driver.region.dirtyBytes).toBe(0)
    })

    test('makes rows clean when acknowledged', () => {
      const driver = drive(unwindowed)
      expect(driver.region.dirtyBytes).toBe(0)
      more(driver, ...keys('a', 'b'))
      const { usedBytes, dirtyBytes } = driver.region
      expect(dirtyBytes).toBeGreaterThan(0)
      expect(dirtyBytes).toBeLessThanOrEqual(usedBytes)
      driver.snapshot()
      expect(driver.region.dirtyBytes).toBe(dirtyBytes)
      driver.acknowledge()
      expect(driver.region.dirtyBytes).toBe(0)
      more(driver, ...keys('a'))
      expect(driver.region.dirtyBytes).toBeGreaterThan(0)
      expect(driver.region.dirtyBytes).toBeLessThan(dirtyBytes)
      expect(driver.region.usedBytes).toBe(usedBytes)
    })

    test('leaves expired segments out', () => {
      const next = drive(windowed, at(5, 250, 850))
      expect(next.snapshot()).toEqual([rowOf(4, 800, 'k', 1, 850)])
      const kept = drive(windowed, at(5, 250, 650))
      expect(kept.snapshot()).toEqual([rowOf(1, 200, 'k', 1, 250), rowOf(3, 600, 'k', 1, 650)])
    })

    test('is independent of commits', () => {
      const driver = drive(unwindowed, keys('a'))
      driver.commit()
      expect(driver.snapshot()).toEqual([plainRow('a', 1, 5)])
      more(driver, ...keys('a'))
      driver.acknowledge()
      driver.commit()
      expect(driver.snapshot()).toEqual([plainRow('a', 2, 5)])
    })
  })

  describe('rows on disk', () => {
    const checkpointed = (program: RegionProgram, inputs: readonly Input[]): Driver => {
      const driver = drive(program, inputs)
      driver.commit()
      driver.snapshot()
      driver.acknowledge()
      return reopened(driver, program)
    }

    test('say what has expired, also after reopening', () => {
      const driver = drive(windowed)
      for (const inputs of [at(5, 250), at(850)]) {
        more(driver, ...inputs)
        driver.commit()
        driver.snapshot()
        driver.acknowledge()
      }
      const { region } = reopened(driver, windowed)
      expect(region.get(utf8('k'), 0)).toBeUndefined()
      expect(region.get(utf8('k'), 800)).toBe('unknown')
      expect(region.expire()).toEqual([0, 1])
    })

    test('are read once, when their key is seen', () => {
      const driver = checkpointed(unwindowed, keys('a', 'b', 'a'))
      expect(driver.region.get(utf8('a'), 0)).toBe('unknown')
      expect(driver.region.get(utf8('z'), 0)).toBe('unknown')
      expect(more(driver, ...keys('a', 'z', 'a', 'z'))).toBe(2)
      expect(driver.region.get(utf8('a'), 0)).toEqual({ value: 4, timestamp: 5 })
      expect(driver.region.get(utf8('z'), 0)).toEqual({ value: 2, timestamp: 5 })
      expect(driver.region.get(utf8('b'), 0)).toBe('unknown')
      expect(more(driver, ...keys('a', 'z'))).toBe(0)
      expect(driver.region.counters.diskReads).toBe(2)
    })

    test('are asked for by segment and row key, in the order of the records', () => {
      const driver = checkpointed(windowed, at(5, 105, 205))
      const { kernel, region } = driver
      kernel.reader.load([batchOf([{ key: 'x', timestamp: 207 }, { timestamp: 300 }, { timestamp: 210 }])], 0)
      kernel.reader.decode()
      region.check()
      expect(region.locate()).toBe(3)
      const missing = [0, 1, 2]
        .map((i) => region.missing(i))
        .map(({ segment, key }) => `${segment} ${hex(key)}`)
      expect(missing).toEqual([
        `1 ${hex(int64Of(200))}${hex(utf8('x'))}`,
        `1 ${hex(int64Of(300))}${hex(utf8('k'))}`,
        `1 ${hex(int64Of(200))}${hex(utf8('k'))}`,
      ])
      region.fill(0, undefined)
      region.fill(1, undefined)
      region.fill(2, int64Of(205, 41))
      expect(region.get(utf8('k'), 200)).toEqual({ value: 41, timestamp: 205 })
      expect(region.get(utf8('x'), 200)).toBeUndefined()
      expect(region.apply()).toBe(-1)
      expect(region.get(utf8('k'), 200)).toEqual({ value: 42, timestamp: 210 })
      expect(region.get(utf8('x'), 200)).toEqual({ value: 1, timestamp: 207 })
    })

    test('of other segments are not asked for', () => {
      const driver = checkpointed(windowed, at(5, 105))
      driver.region.streamTime = 199
      expect(more(driver, ...at(205, 305))).toBe(0)
      expect(driver.region.get(utf8('k'), 400)).toBeUndefined()
      expect(driver.region.get(utf8('k'), 100)).toBe('unknown')
    })

    test('keep their time when it is later', () => {
      const driver = checkpointed(unwindowed, [{ key: 'a', timestamp: 900 }])
      more(driver, { key: 'a', timestamp: 3 })
      driver.commit()
      expect(driver.sent(0).map((record) => record.timestamp)).toEqual([900])
      expect(driver.region.get(utf8('a'), 0)).toEqual({ value: 2, timestamp: 900 })
    })
  })

  describe('restore', () => {
    const log = (...rows: [string, number | undefined, number | null, number][]): Uint8Array =>
      batchOf(
        rows.map(([key, start, count, timestamp]) => ({
          key: start === undefined ? key : new Uint8Array([...utf8(key), ...int64Of(start), 0, 0, 0, 0]),
          value: count === null ? null : int64Of(count),
          timestamp,
        })),
      )

    test('of a changelog gives the rows back; the last record of a row wins', () => {
      for (const stretch of [1, 2, 100]) {
        const driver = drive(unwindowed)
        driver.restore(
          [log(['a', undefined, 3, 10], ['b', undefined, 1, 5], ['a', undefined, 4, 9])],
          stretch,
        )
        expect(driver.region.get(utf8('a'), 0)).toEqual({ value: 4, timestamp: 9 })
        expect(driver.region.get(utf8('b'), 0)).toEqual({ value: 1, timestamp: 5 })
        expect(driver.snapshot()).toEqual([plainRow('a', 4, 9), plainRow('b', 1, 5)])
        more(driver, { key: 'a', timestamp: 2 })
        driver.commit()
        expect(driver.region.get(utf8('a'), 0)).toEqual({ value: 5, timestamp: 9 })
        expect(driver.sent(0)).toHaveLength(1)
      }
    })

    test('writes nothing and counts nothing', () => {
      for (const mode of ['each', 'coalesced'] as const) {
        const program = programOf({ changelog: { mode } })
        const driver = drive(program)
        driver.restore([log(['a', undefined, 3, 10])])
        driver.commit()
        expect(driver.closed).toEqual([])
        expect(driver.counters.records).toBe(0)
        expect(driver.region.streamTime).toBe(-1)
      }
    })

    test('of windows', () => {
      const driver = drive(windowed)
      driver.restore([log(['a', 100, 3, 110], ['', 200, 1, 250], ['a', 200, 2, 201])])
      expect(driver.region.get(utf8('a'), 100)).toEqual({ value: 3, timestamp: 110 })
      expect(driver.region.get(utf8(''), 200)).toEqual({ value: 1, timestamp: 250 })
      expect(driver.region.get(utf8('a'), 200)).toEqual({ value: 2, timestamp: 201 })
      expect(driver.snapshot()).toEqual([
        rowOf(0, 100, 'a', 3, 110),
        rowOf(1, 200, '', 1, 250),
        rowOf(1, 200, 'a', 2, 201),
      ])
    })

    test('moves the time of the store', () => {
      const driver = drive(windowed)
      driver.restore([log(['a', 0, 3, 10], ['a', 1000, 1, 1010])])
      expect(driver.region.get(utf8('a'), 0)).toBeUndefined()
      expect(driver.expire()).toEqual([0])
      expect(driver.snapshot()).toEqual([rowOf(5, 1000, 'a', 1, 1010)])
    })

    test('null deletes, also what lies on disk', () => {
      const driver = drive(unwindowed, keys('a', 'b'))
      driver.snapshot()
      driver.acknowledge()
      const next = reopened(driver, unwindowed)
      next.restore([log(['c', undefined, 1, 1], ['a', undefined, null, 6], ['c', undefined, null, 7])])
      expect(next.region.get(utf8('a'), 0)).toBeUndefined()
      expect(next.region.get(utf8('c'), 0)).toBeUndefined()
      expect(next.snapshot()).toEqual([`0: ${hex(utf8('c'))}=deleted`, `0: ${hex(utf8('a'))}=deleted`])
      next.acknowledge()
      expect([...next.disk.get(0)!.keys()]).toEqual([hex(utf8('b'))])
      expect(more(next, { key: 'a', timestamp: 1 })).toBeLessThanOrEqual(1)
      expect(next.region.get(utf8('a'), 0)).toEqual({ value: 1, timestamp: 1 })
    })

    test('replaces rows on disk without reading them', () => {
      const driver = drive(windowed, at(5, 105))
      driver.snapshot()
      driver.acknowledge()
      const next = reopened(driver, windowed)
      next.restore([log(['k', 100, 7, 150])])
      expect(next.region.get(utf8('k'), 100)).toEqual({ value: 7, timestamp: 150 })
      expect(next.region.get(utf8('k'), 0)).toBe('unknown')
      expect(more(next, { timestamp: 107 })).toBe(0)
      expect(next.region.get(utf8('k'), 100)).toEqual({ value: 8, timestamp: 150 })
    })

    test.each([
      ['a key that is too short', windowed, new Uint8Array(11), int64Of(1)],
      ['a null key', windowed, null, int64Of(1)],
      ['a null key', unwindowed, null, int64Of(1)],
      ['a value that is too short', windowed, new Uint8Array(12), new Uint8Array(7)],
      ['a value that is too long', unwindowed, utf8('a'), new Uint8Array(9)],
      ['an empty value', unwindowed, utf8('a'), new Uint8Array()],
      ['a negative count', unwindowed, utf8('a'), int64Of(-1)],
      ['a count beyond 2^53', unwindowed, utf8('a'), new Uint8Array([0, 0x20, 0, 0, 0, 0, 0, 0])],
      ['a negative window', windowed, new Uint8Array(12).fill(0xff), int64Of(1)],
    ])('%s is corrupt', (_, program, key, value) => {
      const driver = drive(program)
      const good = log(['a', program === windowed ? 0 : undefined, 1, 1])
      const bad = batchOf([{ key, value }], { baseOffset: 17 })
      expect(() => driver.restore([good, bad])).toThrow(
        expect.objectContaining({ code: 'record-batch-corrupt', details: { offset: 17 } }),
      )
    })
  })

  describe('expiry', () => {
    test('hides rows as soon as they are past the retention, segments go later', () => {
      const driver = drive(windowed, at(5, 105, 305))
      // The store's time is 300, the start of the last window: window 0 is seen until it is 400.
      expect(driver.region.get(utf8('k'), 0)).toEqual({ value: 1, timestamp: 5 })
      more(driver, { timestamp: 499 })
      expect(driver.region.get(utf8('k'), 0)).toBeUndefined()
      expect(driver.region.get(utf8('k'), 100)).toEqual({ value: 1, timestamp: 105 })
      expect(driver.expire()).toEqual([])
      more(driver, { timestamp: 599 })
      expect(driver.region.get(utf8('k'), 100)).toBeUndefined()
      expect(driver.expire()).toEqual([])
      more(driver, { timestamp: 600 })
      expect(driver.expire()).toEqual([0])
      expect(driver.expire()).toEqual([])
    })

    test('names expired segments in ascending order, on disk or in memory', () => {
      const driver = drive(windowed, at(5, 250))
      driver.snapshot()
      driver.acknowledge()
      driver.disk.set(7, new Map())
      const next = reopened(driver, windowed)
      more(next, ...at(450, 3000))
      expect(next.expire()).toEqual([0, 1, 2, 7])
      expect(next.expire()).toEqual([])
      expect(next.snapshot()).toEqual([rowOf(15, 3000, 'k', 1, 3000)])
      expect(next.region.get(utf8('k'), 250)).toBeUndefined()
    })

    test('frees memory', () => {
      const driver = drive(
        windowed,
        [...Array(500).keys()].map((i) => ({ key: `${i}`, timestamp: 5 })),
      )
      const { usedBytes, dirtyBytes } = driver.region
      more(driver, { timestamp: 5000 })
      expect(driver.expire()).toEqual([0])
      expect(driver.region.usedBytes).toBeLessThan(usedBytes / 10)
      expect(driver.region.dirtyBytes).toBeLessThan(dirtyBytes / 100)
      driver.snapshot()
      driver.acknowledge()
      expect(driver.region.dirtyBytes).toBe(0)
    })

    test('while a snapshot is being written', () => {
      const driver = drive(windowed, at(5))
      driver.snapshot()
      more(driver, { timestamp: 5000 })
      expect(driver.expire()).toEqual([0])
      driver.acknowledge()
      expect(driver.snapshot()).toEqual([rowOf(25, 5000, 'k', 1, 5000)])
    })

    test('of rows whose coalesced changelog record is due: they are no longer logged', () => {
      const program = { ...windowed, changelog: { mode: 'coalesced' } } as const
      const driver = drive(program, at(5, 5000))
      expect(driver.expire()).toEqual([0])
      driver.commit()
      expect(driver.sent(1).map((record) => hex(record.key!.subarray(1, 9)))).toEqual([hex(int64Of(5000))])
    })

    test('never without windows', () => {
      const driver = drive(unwindowed, [{ timestamp: 0 }, { timestamp: 1e15 }])
      expect(driver.expire()).toEqual([])
      expect(driver.region.get(utf8('k'), 0)).toEqual({ value: 2, timestamp: 1e15 })
    })
  })

  test('with little memory the results are the same', () => {
    const names = Array.from({ length: 2000 }, (_, i) => `some-key-${(i * 31) % 500}`)
    const inputs = names.map((key, i) => ({ key, timestamp: i }))
    const small = new Driver(create(unwindowed), unwindowed)
    small.region.setCapacity(4096)
    const large = drive(unwindowed, inputs)
    for (let i = 0; i < inputs.length; i += 100) {
      small.process([batchOf(inputs.slice(i, i + 100))])
      small.snapshot()
      small.acknowledge()
    }
    for (const driver of [small, large]) driver.commit()
    expect(small.sent(0)).toEqual(large.sent(0))
    for (const name of names)
      expect(small.get(utf8(name), 0, undefined)).toEqual(large.get(utf8(name), 0, undefined))
  })
}
