import { expect, test } from 'vitest'
import { PartitionLog } from '../../../src/client/embedded/partition-log.ts'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import { decompress } from '../../../src/protocol/record-batch/compression.ts'
import { decodeBatches } from '../../../src/protocol/record-batch/decode.ts'
import { encodeBatch } from '../../../src/protocol/record-batch/encode.ts'
import { readableRuns } from '../../../src/protocol/record-batch/readable-runs.ts'

function logOf(compacted: boolean): PartitionLog {
  return new PartitionLog('t-0', {
    retentionBytes: Number.POSITIVE_INFINITY,
    maxBatchBytes: 2 ** 20,
    compacted,
  })
}

/** One batch; each key's value is its offset. */
function write(log: PartitionLog, keys: string, producerId?: number, sequence = 0): void {
  const records = [...keys].map((key, i) => ({
    timestamp: 0,
    key: utf8(key),
    value: utf8(`${log.highWatermark + i}`),
  }))
  const stamp =
    producerId === undefined ? {} : { producerId, producerEpoch: 0, sequence, transactional: true }
  log.append(encodeBatch(records, stamp))
}

function read(log: PartitionLog, from = 0): string {
  const { records, aborted } = log.read(from, 2 ** 20, 'read_committed')
  const { runs } = readableRuns(records, from, 'read_committed', aborted, decompress)
  const found = runs.flatMap((run) => decodeBatches(run, { fromOffset: from }))
  return found.map(({ key, value, offset }) => `${utf8Text(key!)}${utf8Text(value!)}@${offset}`).join(' ')
}

test('batches go whose keys all have later records; offsets stay', () => {
  const log = logOf(true)
  write(log, 'ab')
  write(log, 'a')
  write(log, 'ac')
  write(log, 'b')
  const { bytes } = log
  log.compact()
  expect(read(log)).toBe('a3@3 c4@4 b5@5')
  expect(log).toMatchObject({ startOffset: 0, highWatermark: 6 })
  expect(log.bytes).toBeLessThan(bytes)
  expect(read(log, 1)).toBe('a3@3 c4@4 b5@5')
  write(log, 'd')
  expect(read(log, 5)).toBe('b5@5 d6@6')
})

test('a later record counts only if it is committed', () => {
  const log = logOf(true)
  write(log, 'a')
  write(log, 'a', 1)
  log.endTransaction(1, 0, false, 0)
  log.compact()
  expect(read(log)).toBe('a0@0')
  write(log, 'a', 1, 1)
  log.compact()
  expect(read(log)).toBe('a0@0')
  log.endTransaction(1, 0, true, 0)
  log.compact()
  expect(read(log)).toBe('a3@3')
  expect(log).toMatchObject({ highWatermark: 5, lastStableOffset: 5 })
})

test('other topics keep everything', () => {
  const log = logOf(false)
  write(log, 'a')
  write(log, 'a')
  log.compact()
  expect(read(log)).toBe('a0@0 a1@1')
})
