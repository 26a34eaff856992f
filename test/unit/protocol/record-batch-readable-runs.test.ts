import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { concatBytes, utf8, utf8Text } from '../../../src/core/bytes.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { decompress } from '../../../src/protocol/record-batch/compression.ts'
import { encodeControlBatch } from '../../../src/protocol/record-batch/control.ts'
import { crc32c } from '../../../src/protocol/record-batch/crc32c.ts'
import { decodeBatches } from '../../../src/protocol/record-batch/decode.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'
import { batchField, batchHeaderSize } from '../../../src/protocol/record-batch/header.ts'
import { type AbortedTransaction, readableRuns } from '../../../src/protocol/record-batch/readable-runs.ts'

/** Records named by their offsets. */
function batch(baseOffset: number, records = 1, producerId = -1): Uint8Array {
  return encodeBatch(
    Array.from({ length: records }, (_, i) => ({
      timestamp: 0,
      key: null,
      value: utf8(`${baseOffset + i}`),
    })),
    { baseOffset, producerId, producerEpoch: 0, sequence: 0, transactional: producerId >= 0 },
  )
}

function marker(type: 'abort' | 'commit', baseOffset: number, producerId: number): Uint8Array {
  return encodeControlBatch({
    type,
    coordinatorEpoch: 0,
    producerId,
    producerEpoch: 0,
    timestamp: 0,
    baseOffset,
  })
}

function recompressed(whole: Uint8Array, codec: number, body: Uint8Array): Uint8Array {
  const bytes = concatBytes([whole.subarray(0, batchHeaderSize), body])
  const view = new DataView(bytes.buffer)
  view.setInt32(batchField.batchLength, bytes.length - 12)
  view.setInt16(batchField.attributes, view.getInt16(batchField.attributes) | codec)
  view.setUint32(batchField.crc, crc32c(bytes, 21))
  return bytes
}

const gzipped = (whole: Uint8Array): Uint8Array =>
  recompressed(whole, 1, gzipSync(whole.subarray(batchHeaderSize)))

function read(
  batches: readonly Uint8Array[],
  from = 0,
  aborted: readonly AbortedTransaction[] | undefined = undefined,
): { runs: string[]; nextOffset: number } {
  const { runs, nextOffset } = readableRuns(
    concatBytes(batches),
    from,
    aborted ? 'read_committed' : 'read_uncommitted',
    aborted ?? [],
    decompress,
  )
  const offsets = (run: Uint8Array): string =>
    decodeBatches(run)
      .map((record) => utf8Text(record.value!))
      .join()
  return { runs: runs.map(offsets), nextOffset }
}

describe('runs', () => {
  test('of nothing', () => {
    expect(read([], 17)).toEqual({ runs: [], nextOffset: 17 })
  })

  test('neighbouring batches are one view of the response', () => {
    const response = concatBytes([batch(0, 2), batch(2, 3)])
    const { runs, nextOffset } = readableRuns(response, 0, 'read_uncommitted', [], decompress)
    expect(runs).toHaveLength(1)
    expect(runs[0]!.buffer).toBe(response.buffer)
    expect(runs[0]).toEqual(response)
    expect(nextOffset).toBe(5)
  })

  test('batches below the fetch offset are left out, the one around it stays whole', () => {
    expect(read([batch(0, 2), batch(2, 2), batch(4, 2)], 3)).toEqual({ runs: ['2,3,4,5'], nextOffset: 6 })
    expect(read([batch(0, 2)], 9)).toEqual({ runs: [], nextOffset: 9 })
  })

  test('control batches are left out and counted', () => {
    expect(read([batch(0, 2, 7), marker('commit', 2, 7), batch(3), marker('abort', 4, 8)])).toEqual({
      runs: ['0,1', '3'],
      nextOffset: 5,
    })
  })

  test('a last batch that is cut off is ignored, at every length', () => {
    const whole = batch(0, 2)
    const next = batch(2, 2)
    for (let size = 0; size < next.length; size++)
      expect(read([whole, next.subarray(0, size)])).toEqual({ runs: ['0,1'], nextOffset: 2 })
  })

  test('gaps that compaction left are passed over', () => {
    expect(read([batch(3, 2), batch(90)])).toEqual({ runs: ['3,4,90'], nextOffset: 91 })
  })
})

describe('compressed batches', () => {
  test('become uncompressed ones with a right header', () => {
    expect(read([batch(0), gzipped(batch(1, 2)), batch(3), batch(4), gzipped(batch(5))])).toEqual({
      runs: ['0', '1,2', '3,4', '5'],
      nextOffset: 6,
    })
    const response = gzipped(batch(5, 2, 9))
    const { runs } = readableRuns(response, 0, 'read_uncommitted', [], decompress)
    expect(runs[0]).toEqual(batch(5, 2, 9))
  })

  const failing = (bytes: Uint8Array): unknown => {
    try {
      return readableRuns(bytes, 0, 'read_uncommitted', [], decompress)
    } catch (error) {
      return error
    }
  }

  test('have their CRC checked first', () => {
    const bytes = gzipped(batch(5))
    bytes[bytes.length - 1]! ^= 1
    expect(failing(bytes)).toMatchObject({ code: 'record-batch-corrupt', details: { offset: 5 } })
    expect(String(failing(bytes))).toMatch(/CRC/)
  })

  test('that cannot be uncompressed are named', () => {
    const bytes = recompressed(batch(5), 1, utf8('no gzip'))
    expect(failing(bytes)).toMatchObject({ code: 'record-batch-corrupt', details: { offset: 5 } })
    expect(String(failing(bytes))).toMatch(/gzip records cannot be uncompressed/)
    expect(failing(recompressed(batch(5), 2, utf8('snappy')))).toMatchObject({ code: 'codec-missing' })
    expect(failing(recompressed(batch(5), 6, utf8('?')))).toMatchObject({ code: 'record-batch-corrupt' })
  })
})

describe('read_committed', () => {
  const [a, b] = [100, 200]

  test('leaves out the batches of a transaction from its first offset to its marker', () => {
    const log = [batch(0, 1, a), batch(1, 1, b), batch(2, 2, a), marker('abort', 4, a), batch(5, 1, a)]
    const aborted = [{ producerId: a, firstOffset: 0 }]
    expect(read(log, 0, aborted)).toEqual({ runs: ['1', '5'], nextOffset: 6 })
    expect(read(log, 0)).toEqual({ runs: ['0,1,2,3', '5'], nextOffset: 6 })
  })

  test('knows transactions that began before the fetch offset', () => {
    const log = [batch(50, 1, a), marker('abort', 51, a), batch(52, 1, a)]
    expect(read(log, 50, [{ producerId: a, firstOffset: 3 }])).toEqual({ runs: ['52'], nextOffset: 53 })
  })

  test('does not begin before the first offset', () => {
    const log = [batch(0, 1, a), marker('commit', 1, a), batch(2, 1, a), marker('abort', 3, a)]
    expect(read(log, 0, [{ producerId: a, firstOffset: 2 }])).toEqual({ runs: ['0'], nextOffset: 4 })
  })

  test('keeps apart several transactions, listed in any order', () => {
    const log = [
      batch(0, 1, a),
      batch(1, 1, b),
      marker('abort', 2, a),
      batch(3, 1, a),
      batch(4, 1, b),
      marker('abort', 5, b),
    ]
    const twice = [...log, batch(6, 1, a), marker('abort', 7, a), batch(8, 1, b)]
    const aborted = [
      { producerId: a, firstOffset: 3 },
      { producerId: b, firstOffset: 1 },
      { producerId: a, firstOffset: 0 },
    ]
    expect(read(twice, 0, aborted)).toEqual({ runs: ['8'], nextOffset: 9 })
  })

  test('a batch without a transaction is not hidden', () => {
    const plain = encodeBatch([{ timestamp: 0, key: null, value: utf8('0') }], {
      producerId: a,
      producerEpoch: 0,
      sequence: 0,
    })
    expect(read([plain], 0, [{ producerId: a, firstOffset: 0 }]).runs).toEqual(['0'])
  })

  test('a response of nothing but aborted batches moves on', () => {
    expect(read([batch(0, 5, a)], 0, [{ producerId: a, firstOffset: 0 }])).toEqual({
      runs: [],
      nextOffset: 5,
    })
  })
})

describe('damage', () => {
  const code = (bytes: Uint8Array, text: RegExp): void => {
    let error: unknown
    try {
      read([bytes])
    } catch (thrown) {
      error = thrown
    }
    expect(StreamsError.is(error, 'record-batch-corrupt')).toBe(true)
    expect(String(error)).toMatch(text)
  }

  const changed = (bytes: Uint8Array, change: (view: DataView) => void): Uint8Array => {
    const copy = bytes.slice()
    change(new DataView(copy.buffer))
    return copy
  }

  test('old formats, impossible lengths, in any place', () => {
    for (const before of [[], [batch(0)]]) {
      const damaged = (change: (view: DataView) => void): Uint8Array =>
        concatBytes([...before, changed(batch(1), change)])
      code(
        damaged((view) => view.setInt8(16, 0)),
        /format v0 of brokers before 0\.11/,
      )
      code(
        damaged((view) => view.setInt8(16, 1)),
        /format v1/,
      )
      code(
        damaged((view) => view.setInt8(16, 9)),
        /magic is 9/,
      )
      code(
        damaged((view) => view.setInt32(8, 48)),
        /length is 48/,
      )
      code(
        damaged((view) => view.setInt32(8, -5)),
        /length is -5/,
      )
    }
  })

  test('a response whose first batch is not whole would never end', () => {
    code(batch(0).subarray(0, 80 - 20), /cut off in its header/)
    code(
      changed(batch(0), (view) => view.setInt32(8, 0x7fff_ffff)),
      /only \d+ bytes follow/,
    )
  })
})
