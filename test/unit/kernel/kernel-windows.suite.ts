import { describe, expect, test } from 'vitest'
import { hex, utf8 } from '../../../src/core/bytes.ts'
import type { KeyPart, Predicate } from '../../../src/kernel/program.ts'
import {
  batchOf,
  type CreateKernel,
  countLines,
  Driver,
  int64Of,
  programOf,
  run,
  windowsOf,
} from './kernel.driver.ts'

export function windowsSuite(create: CreateKernel): void {
  describe('event time from a field', () => {
    const timed = (unitMs: 1 | 1000, values: readonly unknown[]): Driver =>
      run(
        create,
        programOf({ fields: [['at', 'ms']], timestamp: { field: 0, unitMs } }),
        values.map((ms, i) => ({
          key: `${i}`,
          timestamp: 77,
          value:
            typeof ms === 'string'
              ? `{"at":{"ms":${ms}}}`
              : ms === undefined
                ? '{}'
                : (ms as Uint8Array | null),
        })),
      )
    const times = (unitMs: 1 | 1000, values: readonly unknown[]): number[] =>
      timed(unitMs, values)
        .sent(0)
        .map((record) => record.timestamp)

    test('is rounded half up', () => {
      expect(
        times(1, ['0', '1', '1.5', '2.4999', '2.5', '1e3', '-0.5', '-0', '0.49999999999999994']),
      ).toEqual([0, 1, 2, 2, 3, 1000, 0, 0, Math.floor(0.49999999999999994 + 0.5)])
      expect(times(1000, ['1704447600', '1704447600.1234', '0.0005', '1.0015', '9007199254740'])).toEqual([
        1_704_447_600_000,
        1_704_447_600_123,
        1,
        Math.floor(1.0015 * 1000 + 0.5),
        9_007_199_254_740_000,
      ])
      expect(times(1, ['4503599627370495', '9007199254740990.0'])).toEqual([2 ** 52 - 1, 2 ** 53 - 2])
    })

    test('must be a finite number within 2^53', () => {
      const values = [
        '"1"',
        'null',
        'true',
        '[1]',
        '{}',
        undefined,
        null,
        '1e400',
        '-1e400',
        '9007199254740992',
        '1e300',
      ]
      expect(timed(1, values).bad).toEqual(values.map((_, i) => `${i} timestamp`))
      expect(timed(1000, ['9007199254741', '-9007199254741', '9007199254740']).bad).toEqual([
        '0 timestamp',
        '1 timestamp',
      ])
    })

    test('below zero drops the record', () => {
      const driver = timed(1, ['-1', '-0.51', '5', '-9007199254740991'])
      expect(driver.bad).toEqual([])
      expect(driver.counters).toMatchObject({ records: 4, negativeTimestamps: 3 })
      expect(countLines(driver)).toEqual(['2=1@5'])
    })

    test('bad keys and values come first', () => {
      const program = programOf({ keyFormat: 8, fields: [['t']], timestamp: { field: 0, unitMs: 1 } })
      const driver = run(create, program, [
        { key: 'short', value: '?' },
        { key: 'eight by', value: '?' },
        { key: 'eight by', value: '1' },
      ])
      expect(driver.bad).toEqual(['0 key', '1 value', '2 timestamp'])
    })
  })

  test("a negative time of the record's own drops it, before filter and null checks", () => {
    const filter: Predicate = { kind: 'compare', field: 0, op: 'eq', value: true }
    const program = programOf({ fields: [['ok']], filter })
    const driver = run(create, program, [
      { timestamp: -1, value: { ok: true } },
      { timestamp: -5, value: null, key: null },
      { timestamp: 3, value: { ok: false }, key: null },
      { timestamp: 3, value: { ok: true }, key: null },
      { timestamp: 3, value: null, key: 'k' },
      { timestamp: 2, value: { ok: true } },
    ])
    expect(driver.counters).toEqual({
      records: 6,
      negativeTimestamps: 2,
      filtered: 2,
      nullKeys: 1,
      nullValues: 0,
      late: 0,
    })
    expect(countLines(driver)).toEqual(['k=1@2'])
    expect(driver.region.streamTime).toBe(2)
    // The partition's time is that of all records that have one.
    expect(driver.region.partitionTime).toBe(3)
  })

  describe('windows', () => {
    const startKey: readonly KeyPart[] = [{ kind: 'key' }, { kind: 'literal', text: '@' }, { kind: 'start' }]
    const program = programOf({
      aggregate: windowsOf(),
      output: { key: startKey, partitions: 1, partitionBy: 'key' },
    })
    const windowLines = (driver: Driver, writer = 0): string[] =>
      driver.sent(writer).map((record) => {
        const key = Buffer.from(record.key!)
        const at = key.indexOf('@')
        const start = key.readBigInt64BE(at + 1)
        return `${key.subarray(0, at)}@${start}=${Buffer.from(record.value!).readBigInt64BE()}@${record.timestamp}`
      })

    test('tumble from the epoch', () => {
      const driver = run(
        create,
        program,
        [0, 99, 100, 150, 199, 200].map((timestamp) => ({ timestamp })),
      )
      expect(windowLines(driver)).toEqual([
        'k@0=1@0',
        'k@0=2@99',
        'k@100=1@100',
        'k@100=2@150',
        'k@100=3@199',
        'k@200=1@200',
      ])
    })

    test('take late records until their end and grace have passed', () => {
      // The window 0..100 closes as stream time reaches 150.
      const driver = run(
        create,
        program,
        [0, 149, 50, 150, 99, 100, 250, 199, 260].map((timestamp) => ({ timestamp })),
      )
      expect(windowLines(driver)).toEqual([
        'k@0=1@0',
        'k@100=1@149',
        'k@0=2@50',
        'k@100=2@150',
        'k@100=3@150',
        'k@200=1@250',
        'k@200=2@260',
      ])
      expect(driver.counters.late).toBe(2)
      expect(driver.region.streamTime).toBe(260)
    })

    test('stream time is moved by records of all keys, and by late ones not back', () => {
      const driver = run(create, program, [
        { key: 'a', timestamp: 1000 },
        { key: 'b', timestamp: 5 },
        { key: null, timestamp: 9000 },
        { key: 'b', timestamp: 1001 },
      ])
      expect(windowLines(driver)).toEqual(['a@1000=1@1000', 'b@1000=1@1001'])
      expect(driver.region.streamTime).toBe(1001)
      expect(driver.counters).toMatchObject({ late: 1, nullKeys: 1 })
    })

    test('stream time can be set before the first record', () => {
      const driver = new Driver(create(program), program)
      driver.region.streamTime = 5000
      driver.process([batchOf([{ timestamp: 100 }, { timestamp: 4900 }])])
      driver.commit()
      expect(windowLines(driver)).toEqual(['k@4900=1@4900'])
      expect(driver.region.streamTime).toBe(5000)
    })

    test('changelog keys are those of WindowKeySchema', () => {
      const driver = run(create, program, [{ key: 'user', timestamp: 1_704_447_612_345 }])
      const [record] = driver.sent(1)
      expect(hex(record!.key!)).toBe(`${hex(utf8('user')) + hex(int64Of(1_704_447_612_300))}00000000`)
      expect(hex(record!.value!)).toBe(hex(int64Of(1)))
      expect(record!.timestamp).toBe(1_704_447_612_345)
    })

    test('far times', () => {
      const driver = run(create, program, [{ timestamp: 2 ** 52 }, { timestamp: 2 ** 52 + 100 }])
      const start = 2 ** 52 - (2 ** 52 % 100)
      expect(windowLines(driver)).toEqual([`k@${start}=1@${2 ** 52}`, `k@${start + 100}=1@${2 ** 52 + 100}`])
    })
  })
}
