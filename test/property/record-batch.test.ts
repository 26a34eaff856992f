import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes } from '../../src/core/bytes.ts'
import { StreamsError } from '../../src/core/errors.ts'
import { decompress } from '../../src/protocol/record-batch/compression.ts'
import { decodeBatches } from '../../src/protocol/record-batch/decode.ts'
import { encodeBatch } from '../../src/protocol/record-batch/encode.ts'
import { readBatchHeader } from '../../src/protocol/record-batch/header.ts'
import { readableRuns } from '../../src/protocol/record-batch/readable-runs.ts'
import { mutations, recordToEncode, stamp } from './record-batch-inputs.ts'
import { runs } from './runs.ts'

const records = fc.array(recordToEncode, { minLength: 1, maxLength: 10 })
const baseOffset = fc.integer({ min: 0, max: 2 ** 50 })

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(records, stamp, baseOffset, (inputs, producer, offset) => {
      const batch = encodeBatch(inputs, { ...producer, baseOffset: offset })
      expect(decodeBatches(batch)).toEqual(inputs.map((input, i) => ({ offset: offset + i, ...input })))
      expect(readBatchHeader(batch, 0)).toMatchObject({
        producerId: producer.producerId,
        producerEpoch: producer.producerEpoch,
        baseSequence: producer.sequence,
        recordCount: inputs.length,
        maxTimestamp: Math.max(...inputs.map((input) => input.timestamp)),
      })
    }),
    runs(300),
  )
})

test('damage of any kind is found, or does no harm', () => {
  fc.assert(
    fc.property(records, mutations, fc.nat(), (inputs, changes, cut) => {
      const response = concatBytes([encodeBatch(inputs), encodeBatch(inputs, { baseOffset: inputs.length })])
      for (const { at, bits } of changes) response[at % response.length]! ^= bits
      const bytes = cut % 4 === 0 ? response.subarray(0, cut % response.length) : response
      try {
        const { runs: readable } = readableRuns(bytes, 0, 'read_committed', [], decompress)
        for (const run of readable) decodeBatches(run)
      } catch (error) {
        expect(
          StreamsError.is(error, 'record-batch-corrupt') || StreamsError.is(error, 'codec-missing'),
        ).toBe(true)
      }
    }),
    runs(500),
  )
})
