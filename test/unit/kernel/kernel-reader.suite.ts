import { expect, test } from 'vitest'
import { concatBytes, utf8 } from '../../../src/core/bytes.ts'
import type { BatchReader } from '../../../src/kernel/kernel.ts'
import { encodeControlBatch } from '../../../src/protocol/record-batch/control.ts'
import { crc32c } from '../../../src/protocol/record-batch/crc32c.ts'
import { type DecodedRecord, decodeBatches } from '../../../src/protocol/record-batch/decode.ts'
import { batchHeaderSize } from '../../../src/protocol/record-batch/header.ts'
import { batchOf, type CreateKernel, type Input } from './kernel.driver.ts'

/** Decodes all that was loaded, copying what the reader shows. */
export function readAll(reader: BatchReader, stretch?: number): DecodedRecord[] {
  const records: DecodedRecord[] = []
  for (let count = reader.decode(stretch); count > 0; count = reader.decode(stretch))
    for (let i = 0; i < count; i++)
      records.push({
        offset: reader.offset(i),
        timestamp: reader.timestamp(i),
        key: reader.key(i)?.slice() ?? null,
        value: reader.value(i)?.slice() ?? null,
        headers: reader.headers(i).map(({ key, value }) => ({ key, value: value?.slice() ?? null })),
      })
  return records
}

/** Changes a batch and makes its CRC right again. */
export function withCrc(batch: Uint8Array, change: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const bytes = batch.slice()
  const view = new DataView(bytes.buffer)
  change(view, bytes)
  view.setUint32(17, crc32c(bytes, 21))
  return bytes
}

const inputs: readonly Input[] = [
  { timestamp: 1_704_447_600_000, key: 'user123', value: { url: '/home' } },
  { timestamp: 1_704_447_599_000, key: null, value: null },
  { timestamp: -1, key: '', value: '' },
  {
    timestamp: 9_000_000_000_000_000,
    key: new Uint8Array([0, 255, 128]),
    value: 'v'.repeat(5000),
    headers: [
      { key: 'name', value: utf8('1') },
      { key: 'name', value: null },
      { key: '', value: utf8('') },
      { key: 'é😀', value: new Uint8Array(300).fill(7) },
    ],
  },
]

export function readerSuite(create: CreateKernel): void {
  const read = (runs: readonly Uint8Array[], fromOffset = 0, stretch?: number): DecodedRecord[] => {
    const { reader } = create()
    reader.load(runs, fromOffset)
    return readAll(reader, stretch)
  }

  test('nothing', () => {
    expect(read([])).toEqual([])
    expect(create().reader.decode()).toBe(0)
  })

  test('null and empty keys and values, times, headers', () => {
    const batch = batchOf(inputs, { baseOffset: 5_000_000_000 })
    const records = read([batch])
    expect(records).toEqual(decodeBatches(batch))
    expect(records.map((record) => record.offset)).toEqual([5e9, 5e9 + 1, 5e9 + 2, 5e9 + 3])
    expect(records.map((record) => record.timestamp)).toEqual(inputs.map((input) => input.timestamp))
    expect(records[1]).toMatchObject({ key: null, value: null })
    expect(records[2]).toMatchObject({ key: utf8(''), value: utf8('') })
    expect(records[3]?.headers).toEqual(inputs[3]?.headers)
  })

  test.each([1, 2, 3, 100])('in stretches of %i', (stretch) => {
    const runs = [
      concatBytes([batchOf(inputs), batchOf(inputs, { baseOffset: 4 })]),
      batchOf(inputs.slice(0, 1), { baseOffset: 9 }),
    ]
    expect(read(runs, 0, stretch).map((record) => record.offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 9])
  })

  test('from the middle of a batch', () => {
    const runs = [batchOf(inputs), batchOf(inputs, { baseOffset: 4 })]
    for (const stretch of [1, 2, 100])
      expect(read(runs, 6, stretch).map((record) => record.offset)).toEqual([6, 7])
    expect(read(runs, 8)).toEqual([])
  })

  test('a stretch has at most 16384 records', () => {
    const { reader } = create()
    const small = Array.from({ length: 20_000 }, (_, i) => ({ timestamp: i, key: `${i}`, value: null }))
    reader.load([batchOf(small)], 0)
    expect(reader.decode(1_000_000)).toBe(16384)
    expect(reader.offset(16383)).toBe(16383)
    expect(reader.decode()).toBe(20_000 - 16384)
    expect(reader.key(0)).toEqual(utf8('16384'))
    expect(reader.decode()).toBe(0)
  })

  test('loading replaces what was loaded; the bytes are copied', () => {
    const { reader } = create()
    const batch = batchOf([{ key: 'first' }, { key: 'second' }])
    reader.load([batchOf(inputs)], 0)
    expect(reader.decode(1)).toBe(1)
    reader.load([batch], 0)
    batch.fill(0)
    expect(readAll(reader).map((record) => record.key)).toEqual([utf8('first'), utf8('second')])
  })

  test('is usable after large and small loads in turn', () => {
    const { reader } = create()
    for (const size of [10, 3_000_000, 10, 5_000_000, 0]) {
      reader.load([batchOf([{ key: 'k', value: 'x'.repeat(size) }])], 0)
      expect(reader.decode()).toBe(1)
      expect(reader.value(0)?.length).toBe(size)
    }
  })

  test('control batches are skipped, empty ones are passed over', () => {
    const marker = encodeControlBatch({
      type: 'abort',
      coordinatorEpoch: 1,
      producerId: 1,
      producerEpoch: 1,
      timestamp: 1,
      baseOffset: 1,
    })
    const empty = withCrc(batchOf(inputs).slice(0, batchHeaderSize), (view) => {
      view.setInt32(8, batchHeaderSize - 12)
      view.setInt32(57, 0)
    })
    const runs = [batchOf([{}]), marker, empty, batchOf([{}], { baseOffset: 2 })]
    for (const stretch of [1, 100])
      expect(read(runs, 0, stretch).map((record) => record.offset)).toEqual([0, 2])
    expect(read([marker, empty])).toEqual([])
  })

  test('LogAppendTime gives all records the time of the batch', () => {
    const batch = withCrc(batchOf(inputs), (view) => view.setInt16(21, 0x08))
    expect(new Set(read([batch]).map((record) => record.timestamp))).toEqual(new Set([9_000_000_000_000_000]))
  })

  const corrupt = (bytes: Uint8Array, offset = 42): void => {
    const { reader } = create()
    reader.load([bytes], 0)
    let thrown: unknown
    try {
      readAll(reader)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'record-batch-corrupt', details: { offset } })
    expect(String(thrown)).toContain(`${offset}`)
  }
  const whole = batchOf(inputs, { baseOffset: 42 })

  test('every byte of a batch is covered: header fields or CRC', () => {
    const short = batchOf([{ timestamp: 5, key: 'key', value: { a: 1 } }], { baseOffset: 42 })
    for (let at = 8; at < short.length; at++) {
      if (at >= 12 && at < 16) continue // the leader epoch, which the broker sets
      const damaged = short.slice()
      damaged[at]! ^= 0x10
      corrupt(damaged)
    }
  })

  test('a batch that is cut off', () => {
    for (const size of [8, 20, 60, 61, 62, whole.length - 1]) corrupt(whole.subarray(0, size))
    corrupt(concatBytes([batchOf([{}]), whole.subarray(0, 100)]))
  })

  test.each([
    ['length below the header', 8, 48],
    ['negative length', 8, -1],
    ['length past the end', 8, 0x7fff_ffff],
    ['too few records claimed', 57, 3],
    ['too many records claimed', 57, 5],
    ['negative record count', 57, -1],
    ['absurd record count', 57, 0x7fff_ffff],
    ['base time beyond 2^53', 27, 0x0020_0000],
    ['maximal time beyond 2^53', 35, -0x0020_0001],
  ])('%s', (_, at, value) => {
    corrupt(withCrc(whole, (view) => view.setInt32(at, value)))
  })

  test('other magic, compressed', () => {
    for (const magic of [0, 1, 3, -2]) corrupt(withCrc(whole, (view) => view.setInt8(16, magic)))
    for (const codec of [1, 2, 3, 4, 7]) corrupt(withCrc(whole, (view) => view.setInt16(21, codec)))
  })

  /** A batch of one record with the bytes given. */
  const withBody = (body: readonly number[]): Uint8Array => {
    const bytes = concatBytes([batchOf([{}], { baseOffset: 42 }).subarray(0, 61), new Uint8Array(body)])
    return withCrc(bytes, (view) => view.setInt32(8, bytes.length - 12))
  }

  test.each([
    ['a record past its batch', [14, 0, 0, 0, 1, 1, 0]],
    ['a negative record length', [1, 0, 0, 0, 1, 1, 0]],
    ['a record of no bytes', [0, 0, 0, 0, 1, 1, 0]],
    ['a varint that leaves its record', [4, 0, 0x80, 0, 1, 1, 0]],
    ['a time delta of eleven bytes', [32, 0, ...Array(10).fill(0x80), 0, 0, 1, 1, 0]],
    ['an offset delta of six bytes', [22, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 1, 0]],
    ['a record length of six bytes', [0x8c, 0x80, 0x80, 0x80, 0x80, 0, 0, 0, 0, 1, 1, 0]],
    ['a key length below -1', [12, 0, 0, 0, 3, 1, 0]],
    ['a key past its record', [12, 0, 0, 0, 6, 1, 0]],
    ['an absurd key length', [20, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1, 0]],
    ['a value length below -1', [12, 0, 0, 0, 1, 3, 0]],
    ['a value past its record', [12, 0, 0, 0, 1, 4, 0]],
    ['no header count', [10, 0, 0, 0, 1, 1, 0]],
    ['a negative header count', [12, 0, 0, 0, 1, 1, 1]],
    ['too many headers', [12, 0, 0, 0, 1, 1, 2]],
    ['an absurd header count', [20, 0, 0, 0, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f]],
    ['a header without key', [16, 0, 0, 0, 1, 1, 2, 1, 1]],
    ['a header key past its record', [16, 0, 0, 0, 1, 1, 2, 8, 1]],
    ['a header value past its record', [16, 0, 0, 0, 1, 1, 2, 0, 2]],
    ['a header value below -1', [16, 0, 0, 0, 1, 1, 2, 0, 3]],
    ['bytes behind the headers', [14, 0, 0, 0, 1, 1, 0, 0]],
    ['bytes behind the last record', [12, 0, 0, 0, 1, 1, 0, 0]],
    ['a time beyond 2^53', [30, 0, 0xfe, ...Array(8).fill(0xff), 1, 0, 1, 1, 0]],
  ])('%s', (_, body) => {
    corrupt(withBody(body))
  })

  test('varints may be longer than they need to be; bits beyond their width are cut off', () => {
    const body = [0, 0, 0x80, 0x80, 0, 0x82, 0x80, 0x80, 0x80, 0x70, 0x81, 0, 0x82, 0x80, 0, 120, 0x80, 0]
    body[0] = 2 * (body.length - 1)
    expect(read([withBody(body)])).toMatchObject([{ offset: 43, timestamp: 0, key: null, value: utf8('x') }])
    const ten = [0, 0, 0x82, ...Array(8).fill(0x80), 0x7e, 0, 1, 1, 0]
    ten[0] = 2 * (ten.length - 1)
    expect(read([withBody(ten)])).toMatchObject([{ offset: 42, timestamp: 1 }])
  })

  test('can be loaded anew after an error', () => {
    const { reader } = create()
    reader.load([whole.subarray(0, 70)], 0)
    expect(() => reader.decode()).toThrow()
    reader.load([whole], 0)
    expect(reader.decode()).toBe(4)
  })
}
