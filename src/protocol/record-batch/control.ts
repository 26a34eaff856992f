import { corruptBatch } from './corrupt.ts'
import { BatchRecords, type DecodedRecord } from './decode.ts'
import { type BatchStamp, encodeBatch } from './encode.ts'
import { type BatchHeader, batchAttribute } from './header.ts'

export type ControlType = 'abort' | 'commit'

/** Ends a transaction; the transaction coordinator writes one into each partition of it (Java's EndTransactionMarker). */
export interface ControlMarker {
  readonly type: ControlType
  readonly coordinatorEpoch: number
}

export interface ControlBatchOptions extends ControlMarker, Pick<BatchStamp, 'producerId' | 'producerEpoch'> {
  readonly timestamp: number
  readonly baseOffset?: number
  readonly partitionLeaderEpoch?: number
}

const types: readonly ControlType[] = ['abort', 'commit']

/** Key: version int16 = 0, type int16. Value: version int16 = 0, coordinator epoch int32. */
export function encodeControlBatch(options: ControlBatchOptions): Uint8Array {
  const key = new DataView(new ArrayBuffer(4))
  key.setInt16(2, types.indexOf(options.type))
  const value = new DataView(new ArrayBuffer(6))
  value.setInt32(2, options.coordinatorEpoch)
  const marker = {
    timestamp: options.timestamp,
    key: new Uint8Array(key.buffer),
    value: new Uint8Array(value.buffer),
  }
  return encodeBatch([marker], { ...options, sequence: -1, transactional: true, control: true })
}

/**
 * @returns undefined for control records of other kinds (snapshots, leader changes, which only KRaft's own log has).
 * @throws StreamsError `record-batch-corrupt`.
 */
export function decodeControlBatch(
  bytes: Uint8Array,
  at: number,
  header: BatchHeader,
): ControlMarker | undefined {
  const records = new BatchRecords(bytes, at, {
    ...header,
    attributes: header.attributes & ~batchAttribute.control,
  })
  if (records.left === 0) throw corruptBatch(header.baseOffset, 'a control batch without its record')
  return marker(header, records.next())
}

function marker(header: BatchHeader, record: DecodedRecord): ControlMarker | undefined {
  const { key, value } = record
  if (key === null || key.length < 4)
    throw corruptBatch(header.baseOffset, 'a control record with a key below 4 bytes')
  const type = types[new DataView(key.buffer, key.byteOffset, key.byteLength).getInt16(2)]
  if (type === undefined) return undefined
  if (value === null || value.length < 6)
    throw corruptBatch(header.baseOffset, `a ${type} marker with a value below 6 bytes`)
  const coordinatorEpoch = new DataView(value.buffer, value.byteOffset, value.byteLength).getInt32(2)
  return { type, coordinatorEpoch }
}
