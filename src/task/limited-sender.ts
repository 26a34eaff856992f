import type { Headers } from '../core/record.ts'
import type { RecordOrigin, RecordSender } from '../operator/context.ts'
import { recordSize, recordTooLarge } from './record-size.ts'

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
    origin: RecordOrigin | undefined,
  ): void {
    const bytes = recordSize(key, value, headers)
    if (bytes > this.#maxBytes) throw recordTooLarge(bytes, topic, this.#maxBytes, origin?.node)
    this.#sender.send(topic, partition, key, value, timestamp, headers, origin)
  }
}
