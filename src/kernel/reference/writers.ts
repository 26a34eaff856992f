import { StreamsError } from '../../core/errors.ts'
import { type Headers, noHeaders } from '../../core/record.ts'
import { BatchEncoder, headersSize } from '../../protocol/record-batch/encode.ts'
import type { BatchWriters, ProducerStamp } from '../kernel.ts'

/** What a record takes at most besides its key, value and headers. */
const recordOverhead = 63

interface Writer {
  readonly limit: number
  readonly batch: BatchEncoder
}

export class ReferenceWriters implements BatchWriters {
  readonly #writers: Writer[] = []

  open(limit: number): number {
    return this.#writers.push({ limit, batch: new BatchEncoder() }) - 1
  }

  append(
    writer: number,
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: Headers = noHeaders,
  ): boolean {
    if (this.isFull(writer, payloadSize(key, value, headers))) return false
    this.#get(writer).batch.append(timestamp, key, value, headers)
    return true
  }

  /** @param payload bytes of key, value and headers of the next record. */
  isFull(writer: number, payload: number): boolean {
    const { limit, batch } = this.#get(writer)
    return batch.records > 0 && batch.size + recordOverhead + payload > limit
  }

  records(writer: number): number {
    return this.#get(writer).batch.records
  }

  close(writer: number, stamp: ProducerStamp): Uint8Array {
    return this.#get(writer).batch.seal(stamp)
  }

  #get(writer: number): Writer {
    const found = this.#writers[writer]
    if (!found) throw new StreamsError('internal', `there is no batch writer ${writer}`)
    return found
  }
}

function payloadSize(key: Uint8Array | null, value: Uint8Array | null, headers: Headers): number {
  return (key?.length ?? 0) + (value?.length ?? 0) + headersSize(headers)
}
