import * as zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { hex, utf8 } from '../../../src/core/bytes.ts'
import { decompressor } from '../../../src/protocol/record-batch/compression.ts'
import { decodeControlBatch, encodeControlBatch } from '../../../src/protocol/record-batch/control.ts'
import { decodeBatches } from '../../../src/protocol/record-batch/decode.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'
import { readBatchHeader } from '../../../src/protocol/record-batch/header.ts'
import { readableRuns } from '../../../src/protocol/record-batch/readable-runs.ts'

// Written by kafka-clients 4.3.1: MemoryRecords.withTransactionalRecords and withEndTransactionMarker.
const java = {
  none: '000000000000000000000069ffffffff026a5aa3470010000000020000018cd8fe65800000018e03045780000000010000000100030000001100000003380000000e757365723132331e7b2275726c223a222f686f6d65227d000e00cf0f02010100240080c8afa025040002760402680231026801',
  gzip: '00000000000000000000007dffffffff0223a5fdfc0011000000020000018cd8fe65800000018e030457800000000100000001000300000011000000031f8b08000000000000ffb3606060e02b2d4e2d32343296ab562a2dca51b252d2cfc8cf4d55aa65e06338cfcfc4c8c8a0c2d07062fd02551606a63216a60c2643a60c46009f7562ae38000000',
  snappy:
    '00000000000000000000007fffffffff0213d6f44d0012000000020000018cd8fe65800000018e0304578000000001000000010003000000110000000382534e415050590000000001000000010000003a38dc380000000e757365723132331e7b2275726c223a222f686f6d65227d000e00cf0f02010100240080c8afa025040002760402680231026801',
  zstd: '000000000000000000000075ffffffff02bd0c03ad0014000000020000018cd8fe65800000018e0304578000000001000000010003000000110000000328b52ffd0058c00100380000000e757365723132331e7b2275726c223a222f686f6d65227d000e00cf0f02010100240080c8afa025040002760402680231026801010000',
  abort:
    '000000000000002a000000420000000502f8bf724200300000000000000000000003e800000000000003e800000001000000010003ffffffff000000012000000008000000000c00000000000700',
  commit:
    '000000000000002a0000004200000005020c81a40a00300000000000000000000003e800000000000003e800000001000000010003ffffffff000000012000000008000000010c00000000000700',
}
const bytes = (name: keyof typeof java): Uint8Array => Buffer.from(java[name], 'hex')

const records = [
  { timestamp: 1_704_447_600_000, key: utf8('user123'), value: utf8('{"url":"/home"}'), headers: [] },
  { timestamp: 1_704_447_599_000, key: null, value: null, headers: [] },
  {
    timestamp: 1_709_447_600_000,
    key: utf8(''),
    value: utf8('v'),
    headers: [
      { key: 'h', value: utf8('1') },
      { key: 'h', value: null },
    ],
  },
]

test('records are encoded as Java does', () => {
  const stamp = { producerId: 4_294_967_297, producerEpoch: 3, sequence: 17, transactional: true }
  expect(hex(encodeBatch(records, stamp))).toBe(java.none)
})

test('records of Java are decoded', () => {
  const decoded = decodeBatches(new Uint8Array(bytes('none'))).map(({ timestamp, key, value, headers }) => ({
    timestamp,
    key: key && new Uint8Array(key),
    value: value && new Uint8Array(value),
    headers,
  }))
  expect(decoded).toEqual(records)
})

describe('what Java compressed is uncompressed to what Java writes uncompressed', () => {
  // The block in the snappy batch is one literal behind its size and tag.
  const decompress = decompressor({ snappy: (block) => block.subarray(2) })
  test.each([
    ['gzip', true],
    ['snappy', true],
    ['zstd', 'zstdDecompressSync' in zlib],
  ] as const)('%s', (codec, present) => {
    const read = (): readonly Uint8Array[] =>
      readableRuns(bytes(codec), 0, 'read_committed', [], decompress).runs
    if (present) expect(read().map(hex)).toEqual([java.none])
    else expect(read).toThrow(/npm install/)
  })
})

test.each(['abort', 'commit'] as const)('the %s marker is that of Java', (type) => {
  const marker = { type, coordinatorEpoch: 7 }
  const encoded = encodeControlBatch({
    ...marker,
    producerId: 4_294_967_297,
    producerEpoch: 3,
    timestamp: 1000,
    baseOffset: 42,
    partitionLeaderEpoch: 5,
  })
  expect(hex(encoded)).toBe(java[type])
  expect(decodeControlBatch(bytes(type), 0, readBatchHeader(bytes(type), 0))).toEqual(marker)
})
