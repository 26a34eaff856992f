import { StreamsError } from '../core/errors.ts'
import type { Headers } from '../core/record.ts'
import type { RecordSender } from '../operator/context.ts'
import { headersSize } from '../protocol/record-batch/encode.ts'

/** Of a batch with one record: what Java's producer adds to key, value and headers when it estimates a record's size. */
const overheadBytes = 82

/** Refuses records that a broker would refuse, before they are in a batch with others. */
export class LimitedSender implements RecordSender {
  readonly #sender: RecordSender
  readonly #maxBytes: number

  constructor(sender: RecordSender, maxBytes: number) {
    this.#sender = sender
    this.#maxBytes = maxBytes
  }

  partitionsOf(topic: string): number {
    return this.#sender.partitionsOf(topic)
  }

  send(
    topic: string,
    partition: number | undefined,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
  ): void {
    const payload = (key?.length ?? 0) + (value?.length ?? 0)
    const bytes = overheadBytes + payload + (headers.length > 0 ? headersSize(headers) : 0)
    if (bytes > this.#maxBytes)
      throw new StreamsError(
        'record-too-large',
        `a record of ${bytes} bytes is too large for topic '${topic}': maxRecordBytes is ${this.#maxBytes}`,
        { details: { topic, bytes } },
      )
    this.#sender.send(topic, partition, key, value, timestamp, headers)
  }
}
