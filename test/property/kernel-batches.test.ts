import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes, hex } from '../../src/core/bytes.ts'
import { StreamsError } from '../../src/core/errors.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { createWasmKernel } from '../../src/kernel/load.ts'
import { createReferenceKernel } from '../../src/kernel/reference/kernel.ts'
import { crc32c } from '../../src/protocol/record-batch/crc32c.ts'
import { type DecodedRecord, decodeBatches } from '../../src/protocol/record-batch/decode.ts'
import { encodeBatch } from '../../src/protocol/record-batch/encode.ts'
import { readAll } from '../unit/kernel/kernel-reader.suite.ts'
import { type Mutation, mutations, recordToEncode, stamp } from './record-batch-inputs.ts'
import { runs } from './runs.ts'

const kernels = (): readonly Kernel[] => [createReferenceKernel(), createWasmKernel()]

/** The records, or the error's code and offset. */
function outcome(read: () => readonly DecodedRecord[]): unknown {
  try {
    return read().map((record) => ({
      ...record,
      key: record.key && hex(record.key),
      value: record.value && hex(record.value),
    }))
  } catch (error) {
    if (StreamsError.is(error)) return { code: error.code, ...error.details }
    throw error
  }
}

test('batches are decoded alike, in stretches of any size', () => {
  const [reference, wasm] = kernels()
  fc.assert(
    fc.property(
      fc.array(fc.array(recordToEncode, { minLength: 1, maxLength: 10 }), { maxLength: 4 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat({ max: 30 }),
      (batches, stretch, fromOffset) => {
        let baseOffset = 0
        const encoded = batches.map((records) => {
          const batch = encodeBatch(records, { baseOffset })
          baseOffset += records.length
          return batch
        })
        const expected = outcome(() => decodeBatches(concatBytes(encoded), { fromOffset }))
        for (const kernel of [reference!, wasm!]) {
          kernel.reader.load(encoded, fromOffset)
          expect(outcome(() => readAll(kernel.reader, stretch))).toEqual(expected)
        }
      },
    ),
    runs(300),
  )
})

test('records are encoded alike, and batches end at the same record', () => {
  fc.assert(
    fc.property(
      fc.array(recordToEncode, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 61, max: 3000 }),
      stamp,
      (records, limit, producer) => {
        const [reference, wasm] = kernels().map((kernel) => {
          const closed: string[] = []
          const writer = kernel.writers.open(limit)
          const close = (): number => closed.push(hex(kernel.writers.close(writer, producer)))
          for (const { timestamp, key, value, headers } of records) {
            if (kernel.writers.append(writer, timestamp, key, value, headers)) continue
            close()
            expect(kernel.writers.append(writer, timestamp, key, value, headers)).toBe(true)
          }
          close()
          return closed
        })
        expect(wasm).toEqual(reference)
      },
    ),
    runs(300),
  )
})

/** Applies the changes to a batch, three in four to its header or to the first bytes of its records. */
function damaged(batch: Uint8Array, changes: readonly Mutation[], cut: number | null): Uint8Array {
  const bytes = batch.slice()
  const view = new DataView(bytes.buffer)
  for (const { at, bits } of changes)
    bytes[at % 4 === 0 ? at % bytes.length : at % Math.min(bytes.length, 90)]! ^= bits
  if (cut === null) {
    view.setUint32(17, crc32c(bytes, 21))
    return bytes
  }
  // Cut off, with a length that says so: the records must be found too short.
  const kept = Math.max(61, cut % bytes.length)
  view.setInt32(8, kept - 12)
  view.setUint32(17, crc32c(bytes, 21, kept))
  return bytes.subarray(0, kept)
}

test('damaged batches are refused alike, or give the same records', () => {
  const [reference, wasm] = kernels()
  fc.assert(
    fc.property(
      fc.array(recordToEncode, { minLength: 1, maxLength: 6 }),
      mutations,
      fc.option(fc.nat(), { freq: 3 }),
      (records, changes, cut) => {
        const bytes = damaged(encodeBatch(records, { baseOffset: 42 }), changes, cut)
        const expected = outcome(() => decodeBatches(bytes, { fromOffset: Number.MIN_SAFE_INTEGER }))
        for (const kernel of [reference!, wasm!]) {
          kernel.reader.load([bytes], Number.MIN_SAFE_INTEGER)
          expect(outcome(() => readAll(kernel.reader))).toEqual(expected)
        }
      },
    ),
    runs(2000),
  )
})
