import { describe, expect, test } from 'vitest'
import { hex, utf8 } from '../../../src/core/bytes.ts'
import type { KeyPart, Predicate, RegionProgram } from '../../../src/kernel/program.ts'
import { partitionFor } from '../../../src/protocol/partitioner.ts'
import {
  batchOf,
  bytesOf,
  type CreateKernel,
  countLine,
  Driver,
  type Input,
  int64Of,
  programOf,
  windowsOf,
} from './kernel.driver.ts'

export function regionSuite(create: CreateKernel): void {
  const run = (program: RegionProgram, inputs: readonly Input[], stretch?: number): Driver => {
    const driver = new Driver(create(program), program)
    driver.process([batchOf(inputs)], stretch)
    driver.commit()
    return driver
  }
  const lines = (driver: Driver, writer = 0): string[] => driver.sent(writer).map(countLine)

  test('is there only with a program', () => {
    expect(create().region).toBeUndefined()
    expect(create(programOf()).region).toBeDefined()
  })

  test('counts by key: every change to output and changelog, with the largest time of its row', () => {
    const driver = run(programOf(), [
      { key: 'a', timestamp: 10 },
      { key: 'b', timestamp: 20 },
      { key: 'a', timestamp: 5 },
      { key: '', timestamp: 7 },
      { key: 'a', timestamp: 11 },
    ])
    const expected = ['a=1@10', 'b=1@20', 'a=2@10', '=1@7', 'a=3@11']
    expect(lines(driver)).toEqual(expected)
    expect(lines(driver, 1)).toEqual(expected)
    expect(driver.region.streamTime).toBe(20)
    expect(driver.counters).toEqual({
      records: 5,
      filtered: 0,
      nullKeys: 0,
      nullValues: 0,
      late: 0,
      negativeTimestamps: 0,
    })
    expect(driver.region.get(utf8('a'), 0)).toEqual({ value: 3, timestamp: 11 })
    expect(driver.region.get(utf8('c'), 0)).toBeUndefined()
  })

  test('outputs carry the headers of the record that caused them, changelog records none', () => {
    const headers = [
      { key: 'trace', value: utf8('abc') },
      { key: 'empty', value: new Uint8Array(0) },
      { key: 'none', value: null },
    ]
    const driver = run(programOf(), [
      { key: 'a', headers },
      { key: 'a', headers: headers.slice(2) },
      { key: 'b' },
    ])
    const sent = (writer: number): unknown[] => driver.sent(writer).map((record) => record.headers)
    expect(sent(0)).toEqual([headers, headers.slice(2), []])
    expect(sent(1)).toEqual([[], [], []])
  })

  test('nothing comes of no records', () => {
    const driver = run(programOf(), [])
    expect(driver.closed).toEqual([])
    expect(driver.region.streamTime).toBe(-1)
    expect(driver.snapshot()).toEqual([])
    expect(driver.expire()).toEqual([])
  })

  test('keys are bytes: any length, any value', () => {
    const keys = [
      new Uint8Array(),
      new Uint8Array([0]),
      new Uint8Array([0, 0]),
      new Uint8Array([255, 254]),
      ...Array.from({ length: 70 }, (_, i) => new Uint8Array(i + 2).fill(7)),
      new Uint8Array(5000).fill(1),
    ]
    const program = programOf({ keyFormat: 'bytes' })
    const driver = run(
      program,
      [...keys, ...keys].map((key) => ({ key })),
    )
    expect(driver.sent(0).map((record) => [hex(record.key!), hex(record.value!)])).toEqual(
      [1, 2].flatMap((count) => keys.map((key) => [hex(key), hex(int64Of(count))])),
    )
  })

  test('many keys', () => {
    const inputs = Array.from({ length: 60_000 }, (_, i) => ({
      key: `key-${(i * 7919) % 30_011}`,
      timestamp: i,
    }))
    const driver = run(programOf({ batchBytes: 1_000_000 }), inputs, 10_000)
    const counts = new Map<string, number>()
    for (const { key } of inputs) counts.set(key, (counts.get(key) ?? 0) + 1)
    for (const [key, value] of counts) expect(driver.region.get(utf8(key), 0)).toMatchObject({ value })
    expect(driver.sent(0)).toHaveLength(60_000)
  })

  describe('checks', () => {
    const bad = (changes: Partial<RegionProgram>, inputs: readonly Input[]): string[] => {
      const driver = run(programOf(changes), inputs)
      expect(driver.region.counters.records).toBe(inputs.length - driver.bad.length)
      return driver.bad
    }

    test('json values and keys, null being neither', () => {
      const inputs = [
        { key: '1', value: '{}' },
        { key: '{', value: '{}' },
        { key: '2', value: '{' },
        { key: '', value: '' },
        { key: '"x"', value: '' },
        { key: null, value: null },
        { key: null, value: 'x' },
      ]
      expect(bad({ keyFormat: 'json' }, inputs)).toEqual(['1 key', '2 value', '3 key', '4 value', '6 value'])
      expect(bad({ keyFormat: 'utf8' }, inputs)).toEqual(['2 value', '3 value', '4 value', '6 value'])
      expect(bad({ keyFormat: 'bytes', valueFormat: 'bytes' }, inputs)).toEqual([])
      expect(
        bad({ keyFormat: 'utf8', valueFormat: 'utf8' }, [
          { key: new Uint8Array([0xff]), value: new Uint8Array([0xc0]) },
        ]),
      ).toEqual([])
    })

    test('lengths of numbers', () => {
      const sizes = [0, 3, 4, 5, 8].map((size) => ({
        key: new Uint8Array(size),
        value: new Uint8Array(8 - size),
      }))
      expect(bad({ keyFormat: 4, valueFormat: 'bytes' }, sizes)).toEqual(['0 key', '1 key', '3 key', '4 key'])
      expect(bad({ keyFormat: 'bytes', valueFormat: 8 }, sizes)).toEqual([
        '1 value',
        '2 value',
        '3 value',
        '4 value',
      ])
      expect(bad({ keyFormat: 8, valueFormat: 8 }, [{ key: null, value: null }])).toEqual([])
    })

    test('a bad record leaves no trace', () => {
      const driver = run(programOf(), [
        { key: 'a', timestamp: 5 },
        { key: 'a', value: 'x', timestamp: 900 },
        { key: 'a', timestamp: 6 },
      ])
      expect(driver.bad).toEqual(['1 value'])
      expect(lines(driver)).toEqual(['a=1@5', 'a=2@6'])
      expect(driver.region.streamTime).toBe(6)
    })

    test('in every stretch', () => {
      const inputs = Array.from({ length: 10 }, (_, i) => ({ key: 'a', value: i % 3 === 0 ? '?' : '1' }))
      for (const stretch of [1, 2, 3, 7])
        expect(run(programOf(), inputs, stretch).bad).toEqual(['0 value', '3 value', '6 value', '9 value'])
    })
  })

  describe('event time from a field', () => {
    const timed = (unitMs: 1 | 1000, values: readonly unknown[]): Driver =>
      run(
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
      expect(lines(driver)).toEqual(['2=1@5'])
    })

    test('bad keys and values come first', () => {
      const program = programOf({ keyFormat: 8, fields: [['t']], timestamp: { field: 0, unitMs: 1 } })
      const driver = run(program, [
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
    const driver = run(program, [
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
    expect(lines(driver)).toEqual(['k=1@2'])
    expect(driver.region.streamTime).toBe(2)
    // The partition's time is that of all records that have one.
    expect(driver.region.partitionTime).toBe(3)
  })

  test('null values are counted or dropped', () => {
    const inputs = [{ value: null }, { value: 'null' }, { value: null, key: null }]
    const counted = run(programOf({ aggregate: { kind: 'count', nullValues: 'count' } }), inputs)
    expect(lines(counted)).toEqual(['k=1@0', 'k=2@0'])
    expect(counted.counters).toMatchObject({ nullValues: 0, nullKeys: 1 })
    const dropped = run(programOf(), inputs)
    expect(lines(dropped)).toEqual(['k=1@0'])
    expect(dropped.counters).toMatchObject({ nullValues: 1, nullKeys: 1 })
  })

  describe('filters', () => {
    const passes = (
      filter: Predicate,
      values: readonly unknown[],
      fields: readonly string[][] = [['f']],
    ): unknown[] => {
      const inputs = values.map((value, i) => ({ key: `${i}`, value: bytesOf(value) }))
      return run(programOf({ fields, filter, aggregate: { kind: 'count', nullValues: 'count' } }), inputs)
        .sent(0)
        .map((record) => values[Number(Buffer.from(record.key!).toString())])
    }
    const compare = (
      op: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le',
      value: string | number | boolean,
      field = 0,
    ): Predicate => ({
      kind: 'compare',
      field,
      op,
      value,
    })
    const f = (...values: unknown[]): { f: unknown }[] => values.map((value) => ({ f: value }))

    test('compare numbers', () => {
      const numbers = f(-1, 0, 1, 1.5, 2)
      expect(passes(compare('eq', 1), numbers)).toEqual(f(1))
      expect(passes(compare('ne', 1), numbers)).toEqual(f(-1, 0, 1.5, 2))
      expect(passes(compare('gt', 1), numbers)).toEqual(f(1.5, 2))
      expect(passes(compare('ge', 1), numbers)).toEqual(f(1, 1.5, 2))
      expect(passes(compare('lt', 1), numbers)).toEqual(f(-1, 0))
      expect(passes(compare('le', 1), numbers)).toEqual(f(-1, 0, 1))
      expect(passes(compare('eq', 0), ['{"f":-0}', '{"f":0e5}', '{"f":1e-400}'])).toHaveLength(3)
    })

    test('compare texts, however they are written', () => {
      const texts = [
        '{"f":"é😀"}',
        '{"f":"\\u00e9\\ud83d\\uDE00"}',
        '{"f":"\\u00E9😀"}',
        '{"f":"é"}',
        '{"f":"é😀 "}',
        '{"f":""}',
      ]
      expect(passes(compare('eq', 'é😀'), texts)).toEqual(texts.slice(0, 3))
      expect(passes(compare('ne', 'é😀'), texts)).toEqual(texts.slice(3))
      expect(passes(compare('eq', ''), texts)).toEqual(texts.slice(5))
      expect(
        passes(compare('eq', '"\\/\b\f\n\r\t'), [
          '{"f":"\\"\\\\\\/\\b\\f\\n\\r\\t"}',
          '{"f":"\\u0022\\u005c/\\u0008\\u000c\\u000A\\u000d\\u0009"}',
        ]),
      ).toHaveLength(2)
    })

    test('compare booleans', () => {
      expect(passes(compare('eq', true), f(true, false))).toEqual(f(true))
      expect(passes(compare('ne', true), f(true, false))).toEqual(f(false))
    })

    test('what is absent or of another type compares false, with ne too', () => {
      const others = [
        {},
        { g: 1 },
        ...f(null, [], [1], {}, { f: 1 }),
        [1],
        [{ f: 1 }],
        'null',
        '1',
        '"f"',
        null,
      ]
      for (const op of ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const)
        expect(passes(compare(op, 1), others)).toEqual([])
      for (const op of ['eq', 'ne'] as const) {
        expect(passes(compare(op, '1'), [...others, ...f(1, true)])).toEqual([])
        expect(passes(compare(op, true), [...others, ...f(1, 'true')])).toEqual([])
      }
      expect(passes({ kind: 'not', operand: compare('ne', 1) }, others)).toEqual(others)
    })

    test('and, or, not', () => {
      const both = [0, 1, 2, 3].map((n) => ({ f: n, g: n % 2 === 0 }))
      const fields = [['f'], ['g']]
      const [even, large] = [compare('eq', true, 1), compare('ge', 2, 0)]
      expect(passes({ kind: 'and', left: even, right: large }, both, fields)).toEqual([both[2]])
      expect(passes({ kind: 'or', left: even, right: large }, both, fields)).toEqual([
        both[0],
        both[2],
        both[3],
      ])
      expect(
        passes({ kind: 'not', operand: { kind: 'or', left: even, right: large } }, both, fields),
      ).toEqual([both[1]])
      expect(
        passes(
          { kind: 'and', left: { kind: 'not', operand: even }, right: { kind: 'not', operand: large } },
          both,
          fields,
        ),
      ).toEqual([both[1]])
    })
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
      const driver = run(program, [
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
      const driver = run(program, [{ key: 'user', timestamp: 1_704_447_612_345 }])
      const [record] = driver.sent(1)
      expect(hex(record!.key!)).toBe(`${hex(utf8('user')) + hex(int64Of(1_704_447_612_300))}00000000`)
      expect(hex(record!.value!)).toBe(hex(int64Of(1)))
      expect(record!.timestamp).toBe(1_704_447_612_345)
    })

    test('far times', () => {
      const driver = run(program, [{ timestamp: 2 ** 52 }, { timestamp: 2 ** 52 + 100 }])
      const start = 2 ** 52 - (2 ** 52 % 100)
      expect(windowLines(driver)).toEqual([`k@${start}=1@${2 ** 52}`, `k@${start + 100}=1@${2 ** 52 + 100}`])
    })
  })

  describe('output', () => {
    const keyOf = (parts: readonly KeyPart[], timestamp: number, sizeMs = 300_000): string => {
      const program = programOf({
        aggregate: windowsOf({ sizeMs, retentionMs: 600_000, segmentMs: 300_000 }),
        output: { key: parts, partitions: 1, partitionBy: 'output-key' },
      })
      return Buffer.from(run(program, [{ key: 'user123', timestamp }]).sent(0)[0]!.key!).toString('latin1')
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
        const driver = run(program, inputs)
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
      expect(lines(run(logged, [{}, {}]))).toEqual(['k=1@0', 'k=2@0'])
      const { changelog: _changelog, ...emitted } = programOf()
      expect(lines(run(emitted, [{}, {}]))).toEqual(['k=1@0', 'k=2@0'])
      const { output: _neither, ...silent } = emitted
      const driver = run(silent, [{}, {}])
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
        const small = run(program, inputs, 50)
        const large = run({ ...program, batchBytes: 1_000_000 }, inputs)
        for (const writer of [0, 1]) expect(lines(small, writer)).toEqual(lines(large, writer))
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
      expect(lines(driver, 1)).toEqual(['b=2@3', 'a=2@9', 'c=1@2'])
      expect(lines(driver, 0)).toHaveLength(5)
      driver.commit()
      expect(lines(driver, 1)).toHaveLength(3)
      driver.process([
        batchOf([
          { key: 'c', timestamp: 7 },
          { key: 'a', timestamp: 8 },
        ]),
      ])
      driver.commit()
      expect(lines(driver, 1).slice(3)).toEqual(['c=2@7', 'a=3@9'])
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
      expect(lines(driver, 1)).toEqual(['a=1@5', 'b=2@5', 'c=1@5', 'a=2@5', 'd=1@5'])
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
      expect(lines(driver, 1)).toEqual(['a=1@0', 'b=1@0', 'c=1@0'])
    })

    test('of windows', () => {
      const driver = run(
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
