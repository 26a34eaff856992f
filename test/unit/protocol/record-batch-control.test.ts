import { describe, expect, test } from 'vitest'
import { hex } from '../../../src/core/bytes.ts'
import { decodeControlBatch, encodeControlBatch } from '../../../src/protocol/record-batch/control.ts'
import { decodeBatches } from '../../../src/protocol/record-batch/decode.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'
import { batchHeaderSize, readBatchHeader } from '../../../src/protocol/record-batch/header.ts'
import { expectCode } from './expect-code.ts'

describe('control batches', () => {
  test.each(['abort', 'commit'] as const)('%s', (type) => {
    const bytes = encodeControlBatch({
      type,
      coordinatorEpoch: 7,
      producerId: 9,
      producerEpoch: 1,
      timestamp: 5,
      baseOffset: 3,
    })
    const header = readBatchHeader(bytes, 0)
    expect(header).toMatchObject({
      baseOffset: 3,
      attributes: 0x30,
      producerId: 9,
      producerEpoch: 1,
      recordCount: 1,
    })
    expect(decodeControlBatch(bytes, 0, header)).toEqual({ type, coordinatorEpoch: 7 })
    expect(decodeBatches(bytes)).toEqual([])
    expect(hex(bytes.subarray(batchHeaderSize))).toBe(
      `2000000008 0000000${type === 'abort' ? 0 : 1} 0c 0000 00000007 00`.replaceAll(' ', ''),
    )
  })

  test('of another kind are none of ours; damaged ones are named', () => {
    const bytes = (key: number[] | null, value: number[] | null): Uint8Array =>
      encodeBatch(
        [{ timestamp: 0, key: key && new Uint8Array(key), value: value && new Uint8Array(value) }],
        { control: true },
      )
    const decode = (batch: Uint8Array): unknown => decodeControlBatch(batch, 0, readBatchHeader(batch, 0))
    expect(decode(bytes([0, 0, 0, 2], null))).toBeUndefined()
    expectCode('record-batch-corrupt', /key below 4/, () => decode(bytes([0, 0], null)))
    expectCode('record-batch-corrupt', /key below 4/, () => decode(bytes(null, null)))
    expectCode('record-batch-corrupt', /abort marker with a value below 6/, () =>
      decode(bytes([0, 0, 0, 0], [0])),
    )
  })
})
