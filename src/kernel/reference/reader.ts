import { concatBytes, emptyBytes } from '../../core/bytes.ts'
import type { Headers } from '../../core/record.ts'
import { BatchRecords, type DecodedRecord } from '../../protocol/record-batch/decode.ts'
import { batchSize, readBatchHeader } from '../../protocol/record-batch/header.ts'
import type { BatchReader } from '../kernel.ts'

const maxStretch = 16384

export class ReferenceReader implements BatchReader {
  #bytes: Uint8Array = emptyBytes
  #at = 0
  #fromOffset = 0
  #batch: BatchRecords | undefined
  #records: DecodedRecord[] = []

  /** Of the records last decoded. */
  get records(): readonly DecodedRecord[] {
    return this.#records
  }

  get loadedBytes(): number {
    return this.#bytes.length
  }

  load(runs: readonly Uint8Array[], fromOffset: number): void {
    this.#bytes = concatBytes(runs)
    this.#at = 0
    this.#fromOffset = fromOffset
    this.#batch = undefined
    this.#records = []
  }

  decode(limit: number = maxStretch): number {
    const most = Math.min(limit, maxStretch)
    this.#records = []
    while (this.#records.length < most) {
      const batch = this.#currentBatch()
      if (batch === undefined) break
      const record = batch.next()
      if (record.offset >= this.#fromOffset) this.#records.push(record)
    }
    return this.#records.length
  }

  offset(index: number): number {
    return this.#records[index]!.offset
  }

  timestamp(index: number): number {
    return this.#records[index]!.timestamp
  }

  key(index: number): Uint8Array | null {
    return this.#records[index]!.key
  }

  value(index: number): Uint8Array | null {
    return this.#records[index]!.value
  }

  headers(index: number): Headers {
    return this.#records[index]!.headers
  }

  /** The batch that has records left, or undefined at the end of the input. */
  #currentBatch(): BatchRecords | undefined {
    let batch = this.#batch
    while (batch === undefined || batch.left === 0) {
      if (this.#at >= this.#bytes.length) return undefined
      const header = readBatchHeader(this.#bytes, this.#at)
      batch = new BatchRecords(this.#bytes, this.#at, header)
      this.#at += batchSize(header)
    }
    this.#batch = batch
    return batch
  }
}
