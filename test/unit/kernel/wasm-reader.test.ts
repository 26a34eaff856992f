import { expect, test } from 'vitest'
import { StreamsError } from '../../../src/core/errors.ts'
import { createWasmKernel } from '../../../src/kernel/load.ts'
import { crc32c } from '../../../src/protocol/record-batch/crc32c.ts'
import { batchOf } from './kernel.driver.ts'

/** A batch at offset 40 with one record of those bytes, its length put in front. */
function batchWith(record: readonly number[]): Uint8Array {
  const header = batchOf([{}], { baseOffset: 40 }).subarray(0, 61)
  const batch = new Uint8Array([...header, record.length * 2, ...record])
  const view = new DataView(batch.buffer)
  view.setInt32(8, batch.length - 12)
  view.setUint32(17, crc32c(batch, 21))
  return batch
}

function read(record: readonly number[]): string {
  const { reader } = createWasmKernel()
  reader.load([batchWith(record)], 0)
  try {
    reader.decode()
    return `${reader.key(0)} ${reader.value(0)} ${reader.headers(0).length}`
  } catch (error) {
    expect(StreamsError.is(error, 'record-batch-corrupt')).toBe(true)
    const { details, message } = error as StreamsError
    expect(details).toEqual({ offset: 40 })
    return message.slice(message.indexOf(': ') + 2)
  }
}

const times = (count: number, byte: number): number[] => Array.from({ length: count }, () => byte)

test('varints that go on for too long are refused, whatever the bytes behind them would mean', () => {
  expect(read([0, 0, 0, 2, 97, 1, 0])).toBe('97 null 0')
  expect(read([0, 0, 0, ...times(4, 0x80), 0, 1, 0])).toBe(' null 0')
  const refused = 'a record does not end where its length says'
  expect(read([0, 0, 0, ...times(5, 0x80), 0, 0])).toBe(refused)
  expect(read([0, 0, ...times(5, 0x80), 0, 0, 0])).toBe(refused)
  expect(read([0, ...times(9, 0x80), 0, 0, 0, 0, 0])).toBe('  0')
  expect(read([0, ...times(10, 0x80), 0, 0, 0, 0])).toBe(refused)
  expect(read([0, 0, 0, 0, 0, ...times(5, 0x80)])).toBe(refused)
})

test('lengths beyond the record are refused before they are used', () => {
  const huge = [0xfe, 0xff, 0xff, 0xff, 0x0f]
  const lowest = [0xff, 0xff, 0xff, 0xff, 0x0f]
  const refused = /^a (key|value) length is|^a header is|^a record does/
  for (const length of [huge, lowest, [3], [4]]) {
    expect(read([0, 0, 0, ...length, 0, 0])).toMatch(refused)
    expect(read([0, 0, 0, 0, ...length, 0])).toMatch(refused)
    expect(read([0, 0, 0, 0, 0, 2, ...length, 0])).toMatch(refused)
    expect(read([0, 0, 0, 0, 0, 2, 0, ...length])).toMatch(refused)
    expect(read([0, 0, 0, 0, 0, ...length])).toMatch(refused)
  }
})

test('no damage makes the reader fail in another way, or read past the batch', () => {
  const record = [0, 2, 0, 4, 97, 98, 6, 99, 100, 101, 2, 2, 104, 2, 120]
  const { reader } = createWasmKernel()
  for (let at = 0; at < record.length; at++)
    for (let byte = 0; byte < 256; byte++) {
      reader.load([batchWith(record.with(at, byte)), batchWith([0, 0, 0, 1, 1, 0])], 0)
      try {
        for (let count = reader.decode(1); count > 0; count = reader.decode(1)) {
          const size = (reader.key(0)?.length ?? 0) + (reader.value(0)?.length ?? 0)
          expect(size).toBeLessThan(record.length)
        }
      } catch (error) {
        expect(StreamsError.is(error, 'record-batch-corrupt')).toBe(true)
      }
    }
})
