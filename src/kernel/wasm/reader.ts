import { StreamsError } from '../../core/errors.ts'
import type { Headers } from '../../core/record.ts'
import { noHeaders } from '../../core/record.ts'
import type { KernelExports } from '../abi.ts'
import { columnAt, mostRecords } from '../abi.ts'
import type { BatchReader } from '../kernel.ts'
import { parseHeaders } from './headers.ts'
import type { LinearMemory } from './linear-memory.ts'

/** What assembly/batch-reader.ts found wrong, by its number. */
const problems: readonly string[] = [
  '',
  'the batch is cut off in its header',
  'the batch length is below 49 or beyond the bytes present',
  'the magic byte is not 2',
  'the CRC does not match',
  'the batch is compressed',
  'the record count is negative or too large for the batch',
  'a record length is beyond its batch',
  'a key length is beyond its record',
  'a value length is beyond its record',
  'a header is malformed',
  'a record does not end where its length says',
  'the records do not end where the batch does',
  'an offset or a time is beyond 2^53',
]

export class WasmBatchReader implements BatchReader {
  readonly #exports: KernelExports
  readonly #memory: LinearMemory
  readonly #keyAt: number
  readonly #keyLength: number
  readonly #valueAt: number
  readonly #valueLength: number
  readonly #timestamp: number
  readonly #offset: number

  constructor(exports: KernelExports, memory: LinearMemory) {
    this.#exports = exports
    this.#memory = memory
    const columns = exports.columnsPlace() >>> 0
    const column = (word: number): number => memory.address(columns + word * 4)
    this.#keyAt = column(columnAt.keyAt) >>> 2
    this.#keyLength = column(columnAt.keyLength) >>> 2
    this.#valueAt = column(columnAt.valueAt) >>> 2
    this.#valueLength = column(columnAt.valueLength) >>> 2
    this.#timestamp = column(columnAt.timestamp)
    this.#offset = column(columnAt.offset)
  }

  load(runs: readonly Uint8Array[], fromOffset: number): void {
    let size = 0
    for (const run of runs) size += run.length
    let at = this.#exports.inputBuffer(size) >>> 0
    this.#memory.refresh()
    for (const run of runs) {
      this.#memory.bytes.set(run, at)
      at += run.length
    }
    this.#exports.begin(size, fromOffset)
  }

  decode(limit: number = mostRecords): number {
    const count = this.#exports.decode(limit)
    if (count >= 0) return count
    const offset = this.#exports.batchOffset()
    throw new StreamsError(
      'record-batch-corrupt',
      `the record batch at offset ${offset} is corrupt: ${problems[-count]}`,
      { details: { offset } },
    )
  }

  offset(index: number): number {
    return this.#memory.int64(this.#offset + index * 8)
  }

  timestamp(index: number): number {
    return this.#memory.int64(this.#timestamp + index * 8)
  }

  key(index: number): Uint8Array | null {
    return this.#slice(this.#memory.words[this.#keyAt + index]!, this.#memory.words[this.#keyLength + index]!)
  }

  value(index: number): Uint8Array | null {
    return this.#slice(
      this.#memory.words[this.#valueAt + index]!,
      this.#memory.words[this.#valueLength + index]!,
    )
  }

  headers(index: number): Headers {
    const { words, bytes } = this.#memory
    const at = (words[this.#valueAt + index]! >>> 0) + Math.max(words[this.#valueLength + index]!, 0)
    return bytes[at] === 0 ? noHeaders : parseHeaders(bytes, at)
  }

  #slice(at: number, length: number): Uint8Array | null {
    return length < 0 ? null : this.#memory.bytes.subarray(at >>> 0, (at >>> 0) + length)
  }
}
