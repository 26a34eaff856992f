import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { topicPartitionName } from '../../../src/core/topic-partition.ts'
import {
  type BatchHeader,
  batchAttribute,
  batchHeaderSize,
  batchLogOverhead,
  readBatchHeader,
} from '../../../src/protocol/record-batch/header.ts'

export interface LoggedBatch {
  readonly header: BatchHeader
  readonly bytes: Uint8Array
}

/** Every batch of a partition as it lies in the broker's files, control batches too, in the order of offsets. */
export function readPartitionLog(dataFolder: string, topic: string, partition: number): LoggedBatch[] {
  const folder = join(dataFolder, topicPartitionName(topic, partition))
  if (!existsSync(folder)) return []
  const segments = readdirSync(folder).filter((name) => name.endsWith('.log'))
  return segments.sort().flatMap((segment) => batchesIn(readFileSync(join(folder, segment))))
}

/** The last may be cut off: it is being written. */
function batchesIn(bytes: Uint8Array): LoggedBatch[] {
  const batches: LoggedBatch[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at + batchHeaderSize <= bytes.length; ) {
    const size = view.getInt32(at + 8) + batchLogOverhead
    if (size <= batchLogOverhead || at + size > bytes.length) break
    batches.push({ header: readBatchHeader(bytes, at), bytes: bytes.subarray(at, at + size) })
    at += size
  }
  return batches
}

export function isMarker({ attributes }: BatchHeader): boolean {
  return (attributes & batchAttribute.control) !== 0
}

export function isTransactional({ attributes }: BatchHeader): boolean {
  return (attributes & batchAttribute.transactional) !== 0
}
