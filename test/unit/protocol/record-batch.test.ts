import { describe, expect, test } from 'vitest'
import { concatBytes, hex, utf8 } from '../../../src/core/bytes.ts'
import { crc32c } from '../../../src/protocol/record-batch/crc32c.ts'
import { decodeBatches } from '../../../src/protocol/record-batch/decode.ts'
import {
  BatchEncoder,
  encodeBatch,
  noProducer,
  placeBatch,
} from '../../../src/protocol/record-batch/encode.ts'
import {
  batchAttribute,
  batchField,
  batchHeaderSize,
  batchSize,
  checkBatchCrc,
  compressionCodec,
  isControl,
  isTransactional,
  lastOffset,
  readBatchHeader,
} from '../../../src/protocol/record-batch/header.ts'
import { expectCode, failure } from './expect-code.ts'

const records = [
  { timestamp: 1000, key: utf8('a'), value: utf8('one') },
  { timestamp: 999, key: null, value: null },
  {
    timestamp: 1_704_447_600_000,
    key: utf8(''),
    value: utf8('x'.repeat(300)),
    headers: [
      { key: 'h', value: utf8('1') },
      { key: 'h', value: null },
      { key: '', value: utf8('') },
    ],
  },
]

/** Changes a batch and makes its CRC right again: what is found must be found by the other checks. */
function changed(batch: Uint8Array, change: (bytes: Uint8Array, view: DataView) => void): Uint8Array {
  const bytes = batch.slice()
  const view = new DataView(bytes.buffer)
  change(bytes, view)
  view.setUint32(batchField.crc, crc32c(bytes, 21))
  return bytes
}

/** A batch with the body given. */
function withBody(body: readonly number[], recordCount = 1): Uint8Array {
  const bytes = concatBytes([
    encodeBatch(records.slice(0, 1)).subarray(0, batchHeaderSize),
    new Uint8Array(body),
  ])
  return changed(bytes, (_, view) => {
    view.setInt32(batchField.batchLength, bytes.length - 12)
    view.setInt32(batchField.recordCount, recordCount)
  })
}

const corrupt = (text: RegExp, bytes: Uint8Array): void =>
  expectCode('record-batch-corrupt', text, () => decodeBatches(bytes))

test.each([
  ['', '00000000'],
  [hex(utf8('123456789')), 'e3069283'],
  ['00'.repeat(32), '8a9136aa'],
  ['ff'.repeat(32), '62a8ab43'],
  [hex(Uint8Array.from({ length: 32 }, (_, i) => i)), '46dd794e'],
])('CRC-32C of %s (RFC 3720)', (bytes, crc) => {
  expect(crc32c(Buffer.from(bytes, 'hex')).toString(16).padStart(8, '0')).toBe(crc)
})

test('CRC-32C of a part', () => {
  expect(crc32c(utf8('..123456789..'), 2, 11)).toBe(0xe306_9283)
})

describe('a batch', () => {
  const batch = encodeBatch(records, {
    baseOffset: 5_000_000_000,
    producerId: 4_294_967_297,
    producerEpoch: 3,
    sequence: 17,
    transactional: true,
  })

  test('is the bytes of the protocol', () => {
    const bytes = encodeBatch([
      { timestamp: 1000, key: utf8('k'), value: null, headers: [{ key: 'h', value: null }] },
    ])
    // baseOffset, batchLength, partitionLeaderEpoch, magic, crc, attributes, lastOffsetDelta, baseTimestamp,
    // maxTimestamp, producerId, producerEpoch, baseSequence, recordCount, then length, attributes, timestamp delta,
    // offset delta, key length, key, value length, header count, header key length, header key, header value length
    const crc = crc32c(bytes, 21).toString(16).padStart(8, '0')
    expect(hex(bytes)).toBe(
      `0000000000000000 0000003c ffffffff 02 ${crc} 0000 00000000 00000000000003e8 00000000000003e8 ffffffffffffffff ffff ffffffff 00000001 14 00 00 00 02 6b 01 02 02 68 01`.replaceAll(
        ' ',
        '',
      ),
    )
  })

  test('has a header', () => {
    const header = readBatchHeader(concatBytes([utf8('....'), batch]), 4)
    expect(header).toMatchObject({
      baseOffset: 5_000_000_000,
      partitionLeaderEpoch: -1,
      magic: 2,
      attributes: 0x10,
      lastOffsetDelta: 2,
      baseTimestamp: 1000,
      maxTimestamp: 1_704_447_600_000,
      producerId: 4_294_967_297,
      producerEpoch: 3,
      baseSequence: 17,
      recordCount: 3,
    })
    expect(batchSize(header)).toBe(batch.length)
    expect(lastOffset(header)).toBe(5_000_000_002)
    expect([isTransactional(header), isControl(header), compressionCodec(header)]).toEqual([
      true,
      false,
      'none',
    ])
    checkBatchCrc(batch, 0, header)
  })

  test('gives its records back', () => {
    const next = encodeBatch(records.slice(0, 1), { baseOffset: 5_000_000_010 })
    const all = decodeBatches(concatBytes([batch, next]))
    expect(all.map((record) => record.offset)).toEqual([5e9, 5e9 + 1, 5e9 + 2, 5e9 + 10])
    expect(all.slice(0, 3)).toEqual(
      records.map((record, i) => ({ offset: 5e9 + i, headers: record.headers ?? [], ...record })),
    )
    expect(decodeBatches(batch, { fromOffset: 5e9 + 2 }).map((record) => record.offset)).toEqual([5e9 + 2])
  })

  test('may be empty, as compaction leaves it', () => {
    expect(decodeBatches(withBody([], 0))).toEqual([])
  })

  test('is placed in the log without touching its CRC', () => {
    const placed = batch.slice()
    placeBatch(placed, 77, 5)
    expect(readBatchHeader(placed, 0)).toMatchObject({ baseOffset: 77, partitionLeaderEpoch: 5 })
    expect(decodeBatches(placed).map((record) => record.offset)).toEqual([77, 78, 79])
  })

  test('has times of any distance', () => {
    const max = Number.MAX_SAFE_INTEGER
    const times = [-max, max, 0, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 28, 2 ** 40]
    const bytes = encodeBatch(times.map((timestamp) => ({ timestamp, key: null, value: null })))
    expect(decodeBatches(bytes).map((record) => record.timestamp)).toEqual(times)
    expect(readBatchHeader(bytes, 0)).toMatchObject({ baseTimestamp: -max, maxTimestamp: max })
  })

  test('with LogAppendTime gives all records its time', () => {
    const bytes = changed(batch, (_, view) => view.setInt16(21, batchAttribute.logAppendTime))
    expect(new Set(decodeBatches(bytes).map((record) => record.timestamp))).toEqual(
      new Set([1_704_447_600_000]),
    )
  })

  test('follows another from one encoder', () => {
    const encoder = new BatchEncoder()
    for (const name of ['first', 'second']) {
      encoder.append(1, utf8(name), null)
      expect(encoder.records).toBe(1)
      const size = encoder.size
      const bytes = encoder.seal(noProducer)
      expect(bytes.length).toBe(size)
      expect(decodeBatches(bytes)[0]?.key).toEqual(utf8(name))
      expect([encoder.records, encoder.size]).toEqual([0, batchHeaderSize])
    }
    expectCode('internal', /without records/, () => encoder.seal(noProducer))
  })
})

describe('a damaged batch is named with its offset', () => {
  const batch = encodeBatch(records, { baseOffset: 42 })

  test('the offset is in the message and in the details', () => {
    const damaged = batch.slice()
    damaged[batch.length - 1]! ^= 1
    const error = failure(() => decodeBatches(damaged))
    expect(error.code).toBe('record-batch-corrupt')
    expect(error.message).toMatch(/offset 42: its CRC is/)
    expect(error.details).toEqual({ offset: 42 })
  })

  test('cut off', () => {
    for (let size = 1; size < batch.length; size++) corrupt(/cut off|only \d+ bytes/, batch.subarray(0, size))
    expect(failure(() => decodeBatches(batch.subarray(0, 7))).details).toEqual({ offset: -1 })
    expect(failure(() => decodeBatches(batch.subarray(0, 20))).details).toEqual({ offset: 42 })
  })

  test.each([
    [/length is 48/, 8, 48],
    [/length is -1/, 8, -1],
    [/only \d+ bytes follow/, 8, 0x7fff_ffff],
    [/claims -1 records/, 57, -1],
    [/claims 2147483647 records/, 57, 0x7fff_ffff],
    [/bytes follow its last record/, 57, 2],
    [/record length is cut off/, 57, 4],
    [/baseOffset is .* beyond 2\^53/, 0, 0x4000_0000],
    [/baseTimestamp is .* beyond 2\^53/, 27, 0x4000_0000],
    [/maxTimestamp is .* beyond 2\^53/, 35, -0x4000_0000],
  ])('%s', (text, at, value) => {
    corrupt(
      text,
      changed(batch, (_, view) => view.setInt32(at, value)),
    )
  })

  test('of another magic', () => {
    for (const magic of [0, 1])
      corrupt(
        /before 0\.11/,
        changed(batch, (bytes) => (bytes[16] = magic)),
      )
    corrupt(
      /magic is 3/,
      changed(batch, (bytes) => (bytes[16] = 3)),
    )
  })

  test('compressed', () => {
    corrupt(
      /compressed with lz4/,
      changed(batch, (bytes) => (bytes[22] = 3)),
    )
    corrupt(
      /unknown compression codec 7/,
      changed(batch, (bytes) => (bytes[22] = 7)),
    )
  })

  test.each([
    [/claims 7 bytes, 6 are left/, [14, 0, 0, 0, 1, 1, 0]],
    [/claims -1 bytes/, [1, 0, 0, 0, 1, 1, 0]],
    [/before its attributes/, [0, 0, 0, 0, 1, 1, 0]],
    [/time delta is cut off/, [4, 0, 0x80, 0, 1, 1, 0]],
    [/time delta is longer than 10/, [32, 0, ...Array(10).fill(0x80), 0, 0, 1, 1, 0]],
    [/offset delta is longer than 5/, [24, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 1, 1, 0, 0]],
    [/record length is longer than 5/, [0x80, 0x80, 0x80, 0x80, 0x80, 0, 0, 0]],
    [/key claims -2 bytes/, [12, 0, 0, 0, 3, 1, 0]],
    [/key claims 3 bytes, 2 are left/, [12, 0, 0, 0, 6, 1, 0]],
    [/value claims 2 bytes, 1 are left/, [12, 0, 0, 0, 1, 4, 0]],
    [/value length is cut off/, [8, 0, 0, 0, 1, 1, 0, 0]],
    [/claims -1 headers/, [12, 0, 0, 0, 1, 1, 1]],
    [/claims 63 headers in 0 bytes/, [12, 0, 0, 0, 1, 1, 126]],
    [/header has no key/, [16, 0, 0, 0, 1, 1, 2, 1, 1]],
    [/header value claims 1 bytes, 0 are left/, [16, 0, 0, 0, 1, 1, 2, 0, 2]],
    [/1 bytes too many/, [14, 0, 0, 0, 1, 1, 0, 0]],
    [/1 bytes follow its last record/, [12, 0, 0, 0, 1, 1, 0, 0]],
    [/time is .* beyond 2\^53/, [30, 0, 0xfe, ...Array(8).fill(0xff), 1, 0, 1, 1, 0]],
  ])('%s', (text, body) => {
    corrupt(text, withBody(body))
  })

  test('its varints may be longer than they need to be', () => {
    const body = [0xa0, 0x80, 0, 0, 0x80, 0, 0x82, 0x80, 0x80, 0x80, 0, 0x81, 0, 1, 0]
    body[0] = 0x80 | (2 * (body.length - 3))
    expect(decodeBatches(withBody(body))).toMatchObject([
      { offset: 1, timestamp: 1000, key: null, value: null },
    ])
  })
})
