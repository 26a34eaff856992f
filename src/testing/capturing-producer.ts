import type { Producer } from '../client/client.ts'
import type { RawRecord } from '../core/record.ts'
import { decodeBatches } from '../protocol/record-batch/decode.ts'

export type CapturedRecord = Omit<RawRecord, 'offset'>

/** Takes the batches of a task apart instead of sending them. */
export class CapturingProducer implements Producer {
  readonly producerId = 0
  readonly producerEpoch = 0
  readonly pendingBytes = 0
  readonly failure = undefined
  readonly inTransaction = false
  readonly #captured: (record: CapturedRecord) => void

  constructor(captured: (record: CapturedRecord) => void) {
    this.#captured = captured
  }

  reserve(): number {
    return 0
  }

  buffer(size: number): Uint8Array {
    return new Uint8Array(size)
  }

  send(topic: string, partition: number, batch: Uint8Array): void {
    for (const { key, value, timestamp, headers } of decodeBatches(batch))
      this.#captured({ topic, partition, key, value, timestamp, headers })
  }

  acknowledged(): undefined {
    return undefined
  }

  async init(): Promise<void> {}
  async drain(): Promise<void> {}
  async flush(): Promise<void> {}
  async sendOffsets(): Promise<void> {}
  async commit(): Promise<void> {}
  async abort(): Promise<void> {}
  async close(): Promise<void> {}
}
