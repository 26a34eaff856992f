import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { PartitionLog, type PartitionLogOptions } from '../../../src/client/embedded/partition-log.ts'
import { concatBytes, utf8 } from '../../../src/core/bytes.ts'
import { encodeControlBatch } from '../../../src/protocol/record-batch/control.ts'
import { crc32c } from '../../../src/protocol/record-batch/crc32c.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'
import {
  batchField,
  batchHeaderSize,
  batchSize,
  readBatchHeader,
} from '../../../src/protocol/record-batch/header.ts'

const unbounded = Number.POSITIVE_INFINITY

function logOf(retentionBytes: number, options: Partial<PartitionLogOptions> = {}): PartitionLog {
  return new PartitionLog('t-0', { retentionBytes, maxBatchBytes: 2 ** 20, compacted: false, ...options })
}

function batch(records = 1, timestamp = 0): Uint8Array {
  return encodeBatch(
    Array.from({ length: records }, (_, i) => ({
      timestamp: timestamp + i,
      key: null,
      value: utf8('value'),
    })),
  )
}

function transactional(producerId: number, sequence: number, records = 1): Uint8Array {
  const record = { timestamp: 0, key: null, value: utf8('value') }
  return encodeBatch(
    Array.from({ length: records }, () => record),
    {
      producerId,
      producerEpoch: 0,
      sequence,
      transactional: true,
    },
  )
}

function changed(
  bytes: Uint8Array,
  change: (view: DataView) => void,
  from: number = batchField.attributes,
): Uint8Array {
  const copy = bytes.slice()
  const view = new DataView(copy.buffer)
  change(view)
  if (from >= batchField.attributes) view.setUint32(batchField.crc, crc32c(copy, batchField.attributes))
  return copy
}

/** Base offsets of the batches that a read returns. */
function baseOffsets(records: Uint8Array): number[] {
  const offsets: number[] = []
  for (let at = 0; at < records.length; ) {
    const header = readBatchHeader(records, at)
    offsets.push(header.baseOffset)
    at += batchSize(header)
  }
  return offsets
}

const read = (log: PartitionLog, offset: number, maxBytes = 1 << 20): number[] =>
  baseOffsets(log.read(offset, maxBytes, 'read_uncommitted').records)

describe('append', () => {
  test('places a copy: the batch of the producer stays as it was', () => {
    const log = logOf(unbounded)
    log.append(batch(3))
    const second = batch(2)
    const before = second.slice()
    expect(log.append(second)).toMatchObject({ nextOffset: 5 })
    expect(second).toEqual(before)
    second.fill(0)
    const header = readBatchHeader(log.read(3, 1 << 20, 'read_uncommitted').records, 0)
    expect(header).toMatchObject({ baseOffset: 3, partitionLeaderEpoch: 0, recordCount: 2 })
    expect(log.highWatermark).toBe(5)
  })

  test('what was read is a copy too', () => {
    const log = logOf(unbounded)
    log.append(batch())
    log.read(0, 1, 'read_uncommitted').records.fill(0)
    expect(read(log, 0)).toEqual([0])
  })

  test('refuses what is damaged or not one batch of a producer, and changes nothing', () => {
    const log = logOf(unbounded)
    const whole = batch(2)
    const flipped = whole.slice()
    flipped[whole.length - 1]! ^= 1
    expect(() => log.append(flipped)).toThrow(/CRC/)
    expect(() => log.append(whole.subarray(0, -1))).toThrow(
      expect.objectContaining({ code: 'record-batch-corrupt' }),
    )
    const oldMagic = changed(whole, (view) => view.setInt8(batchField.magic, 1), batchField.magic)
    expect(() => log.append(oldMagic)).toThrow(expect.objectContaining({ code: 'record-batch-corrupt' }))
    const invalid = expect.objectContaining({
      details: expect.objectContaining({ kafkaError: 'INVALID_RECORD' }),
    })
    expect(() => log.append(concatBytes([whole, whole]))).toThrow(invalid)
    expect(() => log.append(changed(whole, (view) => view.setInt32(batchField.recordCount, 0)))).toThrow(
      invalid,
    )
    expect(() => log.append(changed(whole, (view) => view.setInt32(batchField.lastOffsetDelta, 5)))).toThrow(
      invalid,
    )
    const marker = { producerId: 1, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 0 }
    expect(() => log.append(encodeControlBatch({ type: 'commit', ...marker }))).toThrow(invalid)
    expect(() => log.append(transactional(-1, 0))).toThrow(invalid)
    expect([log.highWatermark, log.bytes]).toEqual([0, 0])
  })

  test('refuses an old epoch once a marker of a new one is there', () => {
    const log = logOf(unbounded)
    log.append(transactional(1, 0))
    log.endTransaction(1, 1, false, 0)
    expect(() => log.append(transactional(1, 1))).toThrow(expect.objectContaining({ code: 'fenced' }))
  })

  test('a repeated idempotent batch is acknowledged and not appended', () => {
    const log = logOf(unbounded)
    const acknowledged = log.append(transactional(1, 0, 3))
    log.append(transactional(1, 3))
    expect(log.append(transactional(1, 0, 3))).toEqual(acknowledged)
    expect(log.highWatermark).toBe(4)
  })
})

describe('read', () => {
  test('whole batches up to maxBytes, at least one, from the one that holds the offset', () => {
    const log = logOf(unbounded)
    for (let i = 0; i < 4; i++) log.append(batch(2))
    const { length } = batch(2)
    expect(read(log, 3)).toEqual([2, 4, 6])
    expect(read(log, 3, 1)).toEqual([2])
    expect(read(log, 0, 2 * length)).toEqual([0, 2])
    expect(read(log, 0, 3 * length - 1)).toEqual([0, 2])
    expect(read(log, 8)).toEqual([])
    expect(() => read(log, 9)).toThrow(expect.objectContaining({ code: 'offset-out-of-range' }))
  })

  test('lists the aborted transactions of the stretch, and no others', () => {
    const log = logOf(unbounded)
    log.append(transactional(1, 0)) // 0
    log.append(transactional(2, 0)) // 1
    log.endTransaction(1, 0, false, 0) // 2
    log.endTransaction(2, 0, true, 0) // 3
    log.append(transactional(1, 1)) // 4
    log.append(transactional(3, 0)) // 5
    log.endTransaction(1, 0, false, 0) // 6
    const aborted = (offset: number, maxBytes = 1 << 20): unknown =>
      log.read(offset, maxBytes, 'read_committed').aborted
    expect(log.lastStableOffset).toBe(5)
    expect(aborted(0)).toEqual([
      { producerId: 1, firstOffset: 0, markerOffset: 2 },
      { producerId: 1, firstOffset: 4, markerOffset: 6 },
    ])
    expect(aborted(0, 1)).toEqual([{ producerId: 1, firstOffset: 0, markerOffset: 2 }])
    expect(aborted(3)).toEqual([{ producerId: 1, firstOffset: 4, markerOffset: 6 }])
    expect(aborted(5)).toEqual([])
  })
})

describe('offsetAt', () => {
  test('also looks into compressed batches', () => {
    const log = logOf(unbounded)
    log.append(batch(2, 10))
    const plain = batch(3, 20)
    const packed = concatBytes([
      plain.subarray(0, batchHeaderSize),
      gzipSync(plain.subarray(batchHeaderSize)),
    ])
    const gzip = changed(packed, (view) => {
      view.setInt32(batchField.batchLength, packed.length - 12)
      view.setInt16(batchField.attributes, 1)
    })
    log.append(gzip)
    expect(log.offsetAt(21, 'read_uncommitted')).toBe(3)
    expect(log.offsetAt(23, 'read_uncommitted')).toBe(-1)
  })

  test('leaves out what read_committed does not see yet', () => {
    const log = logOf(unbounded)
    log.append(transactional(1, 0))
    expect(log.offsetAt(0, 'read_uncommitted')).toBe(0)
    expect(log.offsetAt(0, 'read_committed')).toBe(-1)
  })
})

describe('retention', () => {
  test('drops the oldest batches above the bound and moves the start', () => {
    const { length } = batch(2)
    const log = logOf(3 * length)
    for (let i = 0; i < 3; i++) log.append(batch(2))
    expect([log.startOffset, log.bytes]).toEqual([0, 3 * length])
    log.append(batch(2))
    expect([log.startOffset, log.highWatermark, log.bytes]).toEqual([2, 8, 3 * length])
    expect(read(log, 2)).toEqual([2, 4, 6])
    expect(() => read(log, 1)).toThrow(expect.objectContaining({ code: 'offset-out-of-range' }))
  })

  test('keeps the last batch, however large', () => {
    const log = logOf(10)
    log.append(batch(2))
    log.append(batch(2))
    expect(read(log, 2)).toEqual([2])
    expect(log.startOffset).toBe(2)
  })

  test('forgets aborted transactions below the start, and an open one keeps no hold below it', () => {
    const log = logOf(batch().length)
    log.append(transactional(1, 0)) // 0
    log.endTransaction(1, 0, false, 0) // 1
    log.append(transactional(2, 0)) // 2
    log.append(batch()) // 3
    expect(log.startOffset).toBe(3)
    expect(log.lastStableOffset).toBe(3)
    log.endTransaction(2, 0, true, 0) // 4
    expect(log.read(4, 1, 'read_committed').aborted).toEqual([])
    expect(log.lastStableOffset).toBe(5)
  })

  test('never holds more than the bound over a long run', () => {
    const bound = 5000
    const log = logOf(bound)
    for (let i = 0; i < 2000; i++) {
      log.append(batch(1 + (i % 7)))
      expect(log.bytes).toBeLessThanOrEqual(bound)
    }
    expect(log.startOffset).toBeGreaterThan(0)
  })
})

describe('deleteBefore', () => {
  test('drops whole batches only; the start may lie inside one', () => {
    const log = logOf(unbounded)
    for (let i = 0; i < 3; i++) log.append(batch(2))
    log.deleteBefore(3)
    expect([log.startOffset, log.bytes]).toEqual([3, 2 * batch(2).length])
    expect(read(log, 3)).toEqual([2, 4])
    log.deleteBefore(1)
    expect(log.startOffset).toBe(3)
    expect(() => log.deleteBefore(7)).toThrow(expect.objectContaining({ code: 'offset-out-of-range' }))
  })
})
