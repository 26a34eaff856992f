import { describe, expect, test } from 'vitest'
import { hex, utf8 } from '../../../src/core/bytes.ts'
import type { KeyPart } from '../../../src/kernel/program.ts'
import { partitionFor } from '../../../src/protocol/partitioner.ts'
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

export function outputSuite(create: CreateKernel): void {
  describe('output', () => {
    const keyOf = (parts: readonly KeyPart[], timestamp: number, sizeMs = 300_000): string => {
      const program = programOf({
        aggregate: windowsOf({ sizeMs, retentionMs: 600_000, segmentMs: 300_000 }),
        output: { key: parts, partitions: 1, partitionBy: 'output-key' },
      })
      return Buffer.from(run(create, program, [{ key: 'user123', timestamp }]).sent(0)[0]!.key!).toString(
        'latin1',
      )
    }

    test('keys print window bounds in UTC', () => {
      const at = Date.UTC(2024, 0, 5, 10, 3, 17)
      const time = (of: 'start' | 'end', pattern: string): KeyPart => ({ kind: 'time', of, pattern })
      expect(keyOf([{ kind: 'key' }, { kind: 'literal', text: '@' }, time('start', 'HH:mm:ss')], at)).toBe(
        'user123@10:00:00',
      )
      expect(
        keyOf(
          [time('start', 'yyyy-MM-ddTHH:mm:ss.SSSZ'), { kind: 'literal', text: '/' }, time('end', 'H:m:s')],
          at,
        ),
      ).toBe('2024-01-05T10:00:00.000Z/10:5:0')
      expect(keyOf([time('start', 'yyyyMMdd'), { kind: 'key' }, time('end', 'SSSSS s')], at, 1007)).toMatch(
        /^20240105user123\d{5} \d+$/,
      )
    })

    test.each([
      [0, '1970-01-01 00:00:00.000'],
      [Date.UTC(2000, 1, 29, 23, 59, 59, 999), '2000-02-29 23:59:59.999'],
      [Date.UTC(2100, 1, 28), '2100-02-28 00:00:00.000'],
      [Date.UTC(2100, 2, 1), '2100-03-01 00:00:00.000'],
      [Date.UTC(1999, 11, 31, 12, 34, 56, 7), '1999-12-31 12:34:56.007'],
      [Date.UTC(9999, 11, 31), '9999-12-31 00:00:00.000'],
      [Date.UTC(12345, 5, 7), '12345-06-07 00:00:00.000'],
      [8.64e15, '275760-09-13 00:00:00.000'],
      [8.64e15 + 86_400_000, '275760-09-14 00:00:00.000'],
    ])('%d prints %s', (timestamp, text) => {
      expect(keyOf([{ kind: 'time', of: 'start', pattern: 'yyyy-MM-dd HH:mm:ss.SSS' }], timestamp, 1)).toBe(
        text,
      )
    })

    test('every day of leap and other years', () => {
      const program = programOf({
        aggregate: windowsOf({ sizeMs: 86_400_000, retentionMs: 1e12, segmentMs: 5e11 }),
        output: {
          key: [{ kind: 'time', of: 'start', pattern: 'yyyy-MM-dd' }],
          partitions: 1,
          partitionBy: 'key',
        },
      })
      const days = [1970, 1972, 1999, 2000, 2023, 2024, 2100].flatMap((year) =>
        Array.from({ length: 366 }, (_, day) => Date.UTC(year, 0, 1 + day)),
      )
      const driver = run(
        create,
        program,
        days.map((timestamp) => ({ timestamp })),
      )
      expect(driver.sent(0).map((record) => Buffer.from(record.key!).toString())).toEqual(
        days.map((day) => new Date(day).toISOString().slice(0, 10)),
      )
    })

    test('goes to the partition of its key, or of the record key', () => {
      const parts: readonly KeyPart[] = [{ kind: 'literal', text: 'é-' }, { kind: 'key' }]
      const inputs = Array.from({ length: 100 }, (_, i) => ({ key: `key${i}` }))
      for (const partitionBy of ['output-key', 'key'] as const) {
        const program = programOf({ output: { key: parts, partitions: 5, partitionBy } })
        const driver = run(create, program, inputs)
        let records = 0
        for (let partition = 0; partition < 5; partition++)
          for (const { key } of driver.sent(partition)) {
            records++
            const text = Buffer.from(key!).toString()
            expect(partitionFor(utf8(partitionBy === 'key' ? text.slice(2) : text), 5)).toBe(partition)
          }
        expect(records).toBe(100)
        expect(driver.sent(5)).toHaveLength(100)
      }
    })

    test('and changelog may be absent', () => {
      const { output: _output, ...logged } = programOf()
      expect(countLines(run(create, logged, [{}, {}]))).toEqual(['k=1@0', 'k=2@0'])
      const { changelog: _changelog, ...emitted } = programOf()
      expect(countLines(run(create, emitted, [{}, {}]))).toEqual(['k=1@0', 'k=2@0'])
      const { output: _neither, ...silent } = emitted
      const driver = run(create, silent, [{}, {}])
      expect(driver.closed).toEqual([])
      expect(driver.region.get(utf8('k'), 0)).toEqual({ value: 2, timestamp: 0 })
    })

    test('writers can be opened beside those of the region', () => {
      const kernel = create(
        programOf({ output: { key: [{ kind: 'key' }], partitions: 3, partitionBy: 'key' } }),
      )
      expect(kernel.writers.open(1000)).toBe(4)
    })
  })

  describe('full batches', () => {
    const inputs = Array.from({ length: 200 }, (_, i) => ({ key: `key${i % 7}`, timestamp: i }))

    test('are closed between two records, and none is lost or doubled', () => {
      for (const mode of ['each', 'coalesced'] as const) {
        const program = programOf({ changelog: { mode }, batchBytes: 300 })
        const small = run(create, program, inputs, 50)
        const large = run(create, { ...program, batchBytes: 1_000_000 }, inputs)
        for (const writer of [0, 1]) expect(countLines(small, writer)).toEqual(countLines(large, writer))
        expect(small.closed.length).toBeGreaterThan(20)
        for (const { bytes } of small.closed) expect(bytes.length).toBeLessThanOrEqual(300)
      }
    })

    test('are named by their writer; the entry is unchanged until there is room in both', () => {
      const program = programOf({ batchBytes: 61 + 10 })
      const kernel = create(program)
      const region = kernel.region!
      kernel.reader.load([batchOf([{ timestamp: 1 }, { timestamp: 2 }, { timestamp: 3 }])], 0)
      kernel.reader.decode()
      region.check()
      expect(region.locate()).toBe(0)
      const stamp = { producerId: 1, producerEpoch: 1, sequence: 0, transactional: true }
      for (const count of [1, 2]) {
        expect(region.apply()).toBe(0)
        expect(region.apply()).toBe(0)
        expect(region.get(utf8('k'), 0)).toEqual({ value: count, timestamp: count })
        kernel.writers.close(0, stamp)
        expect(region.apply()).toBe(1)
        expect(region.get(utf8('k'), 0)).toEqual({ value: count, timestamp: count })
        expect(kernel.writers.records(0)).toBe(0)
        kernel.writers.close(1, stamp)
      }
      expect(region.apply()).toBe(-1)
      expect(region.apply()).toBe(-1)
      expect([kernel.writers.records(0), kernel.writers.records(1)]).toEqual([1, 1])
    })
  })

  describe('the coalesced changelog', () => {
    const program = programOf({ changelog: { mode: 'coalesced' } })

    test('has one record per changed row and commit, in the order of first change', () => {
      const driver = new Driver(create(program), program)
      const changes: [string, number][] = [
        ['b', 1],
        ['a', 9],
        ['b', 3],
        ['c', 2],
        ['a', 4],
      ]
      driver.process([batchOf(changes.map(([key, timestamp]) => ({ key, timestamp })))], 2)
      expect(driver.kernel.writers.records(1)).toBe(0)
      driver.commit()
      expect(countLines(driver, 1)).toEqual(['b=2@3', 'a=2@9', 'c=1@2'])
      expect(countLines(driver, 0)).toHaveLength(5)
      driver.commit()
      expect(countLines(driver, 1)).toHaveLength(3)
      driver.process([
        batchOf([
          { key: 'c', timestamp: 7 },
          { key: 'a', timestamp: 8 },
        ]),
      ])
      driver.commit()
      expect(countLines(driver, 1).slice(3)).toEqual(['c=2@7', 'a=3@9'])
    })

    test('writes the oldest before the commit, and again what changes again', () => {
      const driver = new Driver(create(program), program)
      const process = (...names: string[]): void =>
        void driver.process([batchOf(names.map((key) => ({ key, timestamp: 5 })))])
      process('a', 'b', 'c')
      expect(driver.region.emit(2)).toBe(-1)
      expect(driver.region.emit(2)).toBe(-1)
      process('b', 'a', 'd')
      expect(driver.region.emit(3)).toBe(-1)
      driver.commit()
      expect(countLines(driver, 1)).toEqual(['a=1@5', 'b=2@5', 'c=1@5', 'a=2@5', 'd=1@5'])
    })

    test('resumes where a batch was full', () => {
      const tight = { ...program, batchBytes: 61 + 10 }
      const kernel = create(tight)
      const driver = new Driver(kernel, tight)
      driver.process([batchOf(['a', 'b', 'c'].map((key) => ({ key })))])
      expect(driver.region.emit(0)).toBe(1)
      expect(driver.region.emit(0)).toBe(1)
      driver.close(1)
      expect(driver.region.emit(0)).toBe(1)
      driver.close(1)
      expect(driver.region.emit(0)).toBe(-1)
      expect(driver.region.emit(0)).toBe(-1)
      driver.close(1)
      driver.region.committed()
      expect(countLines(driver, 1)).toEqual(['a=1@0', 'b=1@0', 'c=1@0'])
    })

    test('of windows', () => {
      const driver = run(
        create,
        { ...program, aggregate: windowsOf() },
        [0, 100, 1, 101, 2].map((timestamp) => ({ timestamp })),
      )
      expect(driver.sent(1).map((record) => [hex(record.key!.subarray(1, 9)), hex(record.value!)])).toEqual([
        [hex(int64Of(0)), hex(int64Of(3))],
        [hex(int64Of(100)), hex(int64Of(2))],
      ])
    })
  })
}
