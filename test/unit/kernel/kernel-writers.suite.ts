import { expect, test } from 'vitest'
import { hex, utf8 } from '../../../src/core/bytes.ts'
import type { Headers } from '../../../src/core/record.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'
import type { CreateKernel } from './kernel.driver.ts'

const stamp = { producerId: 4_294_967_297, producerEpoch: 3, sequence: 17, transactional: true }
const plain = { producerId: -1, producerEpoch: -1, sequence: -1, transactional: false }
const headers: Headers = [
  { key: 'h', value: utf8('1') },
  { key: 'é😀', value: null },
  { key: '', value: utf8('') },
]
const records = [
  { timestamp: 1_704_447_600_000, key: utf8('user123'), value: utf8('{"url":"/home"}') },
  { timestamp: 1_704_447_599_000, key: null, value: null, headers },
  { timestamp: 9_007_199_254_740_991, key: utf8(''), value: utf8('') },
  { timestamp: -1, key: utf8('x'.repeat(300)), value: utf8('y'.repeat(70_000)) },
]

export function writersSuite(create: CreateKernel): void {
  test.each([stamp, plain])('the bytes of the reference codec, %o', (producer) => {
    const { writers } = create()
    const writer = writers.open(1_000_000)
    for (const record of records)
      expect(writers.append(writer, record.timestamp, record.key, record.value, record.headers)).toBe(true)
    expect(writers.records(writer)).toBe(4)
    expect(hex(writers.close(writer, producer))).toBe(hex(encodeBatch(records, producer)))
    expect(writers.records(writer)).toBe(0)
  })

  test('times of any distance to the first', () => {
    const { writers } = create()
    const max = Number.MAX_SAFE_INTEGER
    for (const first of [0, -max, max, 1_704_447_600_000]) {
      const times = [first, 0, -1, max, -max, 2 ** 31, -(2 ** 31), 2 ** 32 + first, first - 64, first + 63]
      const safe = times
        .filter(Number.isSafeInteger)
        .map((timestamp) => ({ timestamp, key: null, value: null }))
      const writer = writers.open(1_000_000)
      for (const { timestamp } of safe) writers.append(writer, timestamp, null, null)
      expect(hex(writers.close(writer, plain))).toBe(hex(encodeBatch(safe, plain)))
    }
  })

  test('several batches are open at once', () => {
    const { writers } = create()
    const numbers = [writers.open(10_000), writers.open(10_000), writers.open(10_000)]
    expect(numbers).toEqual([0, 1, 2])
    for (let i = 0; i < 300; i++) writers.append(numbers[i % 3]!, i, utf8(`${i}`), null)
    for (const writer of [2, 0, 1]) {
      const expected = Array.from({ length: 100 }, (_, n) => n * 3 + writer).map((i) => ({
        timestamp: i,
        key: utf8(`${i}`),
        value: null,
      }))
      expect(hex(writers.close(writer, stamp))).toBe(hex(encodeBatch(expected, stamp)))
    }
  })

  test('one after the other from one writer', () => {
    const { writers } = create()
    const writer = writers.open(10_000)
    for (const key of ['first', 'second', 'third']) {
      writers.append(writer, 5, utf8(key), null)
      expect(hex(writers.close(writer, stamp))).toBe(
        hex(encodeBatch([{ timestamp: 5, key: utf8(key), value: null }], stamp)),
      )
    }
  })

  /** Bytes of the batch of one record with a one-byte key and a value of `size` bytes, below 128 in all. */
  const firstSize = (size: number): number => 61 + 1 + 1 + 1 + 1 + 2 + 1 + size + 1
  const full = (limit: number, value: Uint8Array | null, more: Headers = []): boolean => {
    const { writers } = create()
    const writer = writers.open(limit)
    expect(writers.append(writer, 0, utf8('k'), utf8('0123456789'))).toBe(true)
    const fits = writers.append(writer, 0, utf8('abc'), value, more)
    expect(writers.records(writer)).toBe(fits ? 2 : 1)
    return !fits
  }

  test('is full by the rule, to the byte', () => {
    const size = firstSize(10)
    expect(full(size + 64 + 3, null)).toBe(false)
    expect(full(size + 64 + 2, null)).toBe(true)
    expect(full(size + 64 + 3 + 20, new Uint8Array(20))).toBe(false)
    expect(full(size + 64 + 3 + 19, new Uint8Array(20))).toBe(true)
    // Beyond the one byte of an empty list: lengths of one byte each, keys and values.
    const headerBytes = 1 + 1 + 1 + 1 + (1 + 6 + 1) + (1 + 1)
    expect(full(size + 64 + 3 + headerBytes, null, headers)).toBe(false)
    expect(full(size + 64 + 2 + headerBytes, null, headers)).toBe(true)
  })

  test('nothing is written when it is full, and a large record has a batch of its own', () => {
    const { writers } = create()
    const writer = writers.open(200)
    const large = utf8('v'.repeat(100_000))
    expect(writers.append(writer, 1, utf8('a'), null)).toBe(true)
    expect(writers.append(writer, 2, utf8('b'), large)).toBe(false)
    expect(hex(writers.close(writer, plain))).toBe(
      hex(encodeBatch([{ timestamp: 1, key: utf8('a'), value: null }])),
    )
    expect(writers.append(writer, 2, utf8('b'), large)).toBe(true)
    expect(writers.append(writer, 2, utf8('b'), null)).toBe(false)
    expect(hex(writers.close(writer, plain))).toBe(
      hex(encodeBatch([{ timestamp: 2, key: utf8('b'), value: large }])),
    )
  })

  test('many records', () => {
    const { writers } = create()
    const writer = writers.open(10_000_000)
    const many = Array.from({ length: 30_000 }, (_, i) => ({
      timestamp: i * 37,
      key: utf8(`key${i % 100}`),
      value: utf8(`${i}`),
    }))
    for (const { timestamp, key, value } of many) writers.append(writer, timestamp, key, value)
    expect(Buffer.compare(writers.close(writer, stamp), encodeBatch(many, stamp))).toBe(0)
  })

  test('sequence numbers wrap as signed 32-bit numbers', () => {
    const { writers } = create()
    const writer = writers.open(1000)
    writers.append(writer, 0, null, null)
    const last = { ...stamp, sequence: 0x7fff_ffff }
    expect(hex(writers.close(writer, last))).toBe(
      hex(encodeBatch([{ timestamp: 0, key: null, value: null }], last)),
    )
  })
}
