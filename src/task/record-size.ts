import { StreamsError } from '../core/errors.ts'
import type { Headers } from '../core/record.ts'
import { headersSize } from '../protocol/record-batch/encode.ts'

/** Of a batch with one record: what Java's producer adds to key, value and headers when it estimates a record's size. */
const overheadBytes = 82

/** The size that `maxRecordBytes` bounds: an upper bound, as Java's producer takes it (estimateSizeInBytesUpperBound). */
export function recordSize(key: Uint8Array | null, value: Uint8Array | null, headers: Headers): number {
  const payload = (key?.length ?? 0) + (value?.length ?? 0)
  return overheadBytes + payload + (headers.length > 0 ? headersSize(headers) : 0)
}

/** @param bytes as `recordSize` says. @param node that writes it; undefined: it is a dead letter. */
export function recordTooLarge(
  bytes: number,
  topic: string,
  maxRecordBytes: number,
  node: string | undefined,
): StreamsError {
  return new StreamsError(
    'record-too-large',
    `${node ?? 'a dead letter'}: a record of ${bytes} bytes is too large for topic '${topic}': maxRecordBytes is ${maxRecordBytes}`,
    { details: { topic, bytes, ...(node !== undefined && { node }) } },
  )
}
