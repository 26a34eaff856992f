import { describe, expect, test } from 'vitest'
import { hex, utf8 } from '../../../src/core/bytes.ts'
import type { RegionProgram } from '../../../src/kernel/program.ts'
import { type CreateKernel, countLines, type Input, int64Of, programOf, run } from './kernel.driver.ts'

export function regionSuite(create: CreateKernel): void {
  test('is there only with a program', () => {
    expect(create().region).toBeUndefined()
    expect(create(programOf()).region).toBeDefined()
  })

  test('counts by key: every change to output and changelog, with the largest time of its row', () => {
    const driver = run(create, programOf(), [
      { key: 'a', timestamp: 10 },
      { key: 'b', timestamp: 20 },
      { key: 'a', timestamp: 5 },
      { key: '', timestamp: 7 },
      { key: 'a', timestamp: 11 },
    ])
    const expected = ['a=1@10', 'b=1@20', 'a=2@10', '=1@7', 'a=3@11']
    expect(countLines(driver)).toEqual(expected)
    expect(countLines(driver, 1)).toEqual(expected)
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
    const driver = run(create, programOf(), [
      { key: 'a', headers },
      { key: 'a', headers: headers.slice(2) },
      { key: 'b' },
    ])
    const sent = (writer: number): unknown[] => driver.sent(writer).map((record) => record.headers)
    expect(sent(0)).toEqual([headers, headers.slice(2), []])
    expect(sent(1)).toEqual([[], [], []])
  })

  test('nothing comes of no records', () => {
    const driver = run(create, programOf(), [])
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
      create,
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
    const driver = run(create, programOf({ batchBytes: 1_000_000 }), inputs, 10_000)
    const counts = new Map<string, number>()
    for (const { key } of inputs) counts.set(key, (counts.get(key) ?? 0) + 1)
    for (const [key, value] of counts) expect(driver.region.get(utf8(key), 0)).toMatchObject({ value })
    expect(driver.sent(0)).toHaveLength(60_000)
  })

  describe('checks', () => {
    const bad = (changes: Partial<RegionProgram>, inputs: readonly Input[]): string[] => {
      const driver = run(create, programOf(changes), inputs)
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
      const driver = run(create, programOf(), [
        { key: 'a', timestamp: 5 },
        { key: 'a', value: 'x', timestamp: 900 },
        { key: 'a', timestamp: 6 },
      ])
      expect(driver.bad).toEqual(['1 value'])
      expect(countLines(driver)).toEqual(['a=1@5', 'a=2@6'])
      expect(driver.region.streamTime).toBe(6)
    })

    test('in every stretch', () => {
      const inputs = Array.from({ length: 10 }, (_, i) => ({ key: 'a', value: i % 3 === 0 ? '?' : '1' }))
      for (const stretch of [1, 2, 3, 7])
        expect(run(create, programOf(), inputs, stretch).bad).toEqual([
          '0 value',
          '3 value',
          '6 value',
          '9 value',
        ])
    })
  })

  test('null values are counted or dropped', () => {
    const inputs = [{ value: null }, { value: 'null' }, { value: null, key: null }]
    const counted = run(create, programOf({ aggregate: { kind: 'count', nullValues: 'count' } }), inputs)
    expect(countLines(counted)).toEqual(['k=1@0', 'k=2@0'])
    expect(counted.counters).toMatchObject({ nullValues: 0, nullKeys: 1 })
    const dropped = run(create, programOf(), inputs)
    expect(countLines(dropped)).toEqual(['k=1@0'])
    expect(dropped.counters).toMatchObject({ nullValues: 1, nullKeys: 1 })
  })
}
