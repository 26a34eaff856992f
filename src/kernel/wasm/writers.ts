import { StreamsError } from '../../core/errors.ts'
import type { Headers } from '../../core/record.ts'
import { noHeaders } from '../../core/record.ts'
import type { KernelExports } from '../abi.ts'
import type { BatchWriters, ProducerStamp } from '../kernel.ts'
import { encodeHeaders } from './headers.ts'
import type { LinearMemory } from './linear-memory.ts'

/** What a record counts for beside its bytes; see `BatchWriters.append`. */
const recordRoom = 63

export class WasmBatchWriters implements BatchWriters {
  readonly #exports: KernelExports
  readonly #memory: LinearMemory

  constructor(exports: KernelExports, memory: LinearMemory) {
    this.#exports = exports
    this.#memory = memory
  }

  open(limit: number): number {
    const writer = this.#exports.openWriter(limit)
    this.#memory.refresh()
    return writer
  }

  append(
    writer: number,
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: Headers = noHeaders,
  ): boolean {
    const keyLength = key ? key.length : -1
    const valueLength = value ? value.length : -1
    const encoded = encodeHeaders(headers)
    const room = recordRoom + Math.max(keyLength, 0) + Math.max(valueLength, 0) + encoded.length
    const at = this.#exports.append(writer, timestamp, keyLength, valueLength, encoded.length, room)
    this.#memory.refresh()
    if (at === 0) return false
    if (key) this.#memory.put(at >>> 0, key)
    const valueAt = this.#exports.valuePlace() >>> 0
    if (value) this.#memory.put(valueAt, value)
    this.#memory.put(valueAt + Math.max(valueLength, 0), encoded)
    return true
  }

  records(writer: number): number {
    return this.#exports.writerRecords(writer)
  }

  close(writer: number, stamp: ProducerStamp): Uint8Array {
    if (this.#exports.writerRecords(writer) === 0)
      throw new StreamsError('internal', `writer ${writer} was closed without a record`)
    const { producerId, producerEpoch, sequence, transactional } = stamp
    const size = this.#exports.closeWriter(writer, producerId, producerEpoch, sequence, transactional ? 1 : 0)
    const at = this.#exports.batchPlace(writer) >>> 0
    return this.#memory.bytes.subarray(at, at + (size >>> 0))
  }
}
