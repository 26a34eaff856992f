import { putInt64 } from '../../core/bytes.ts'
import { StreamsError } from '../../core/errors.ts'
import type { DecodedRecord } from '../../protocol/record-batch/decode.ts'

/** A count on the wire: int64, as Java's LongSerializer. */
export const countSize = 8
/** Behind the record key of a windowed row: `start int64 | seq int32 = 0`, as Java's WindowKeySchema. */
const suffixSize = 12

interface ChangelogRecord {
  readonly key: Uint8Array
  /** Window start; 0 without windows. */
  readonly start: number
  /** Undefined: the row is deleted. */
  readonly count: number | undefined
}

export function changelogKey(
  row: { readonly key: Uint8Array; readonly start: number },
  windowed: boolean,
): Uint8Array {
  if (!windowed) return row.key
  const bytes = new Uint8Array(row.key.length + suffixSize)
  bytes.set(row.key)
  putInt64(new DataView(bytes.buffer), row.key.length, row.start)
  return bytes
}

/** @throws StreamsError `record-batch-corrupt` with the record's offset. */
export function readChangelogRecord(record: DecodedRecord, windowed: boolean): ChangelogRecord {
  const { key, value } = record
  if (key === null) throw damaged(record, 'has no key')
  if (value !== null && value.length !== countSize)
    throw damaged(record, `has a value of ${value.length} bytes, not ${countSize}`)
  const count = value === null ? undefined : naturalInt64(record, value, 0)
  if (!windowed) return { key, start: 0, count }
  const startAt = key.length - suffixSize
  if (startAt < 0) throw damaged(record, `has a key of ${key.length} bytes, below ${suffixSize}`)
  return { key: key.subarray(0, startAt), start: naturalInt64(record, key, startAt), count }
}

function naturalInt64(record: DecodedRecord, bytes: Uint8Array, at: number): number {
  const value = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigInt64(at))
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw damaged(record, `holds the number ${value}, not within 0..2^53-1`)
}

function damaged(record: DecodedRecord, what: string): StreamsError {
  return new StreamsError('record-batch-corrupt', `the changelog record at offset ${record.offset} ${what}`, {
    details: { offset: record.offset },
  })
}
