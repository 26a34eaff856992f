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

/**
 * Hands out keys, values and headers from a copy of the input outside the kernel's memory, which is made when the first is asked
 * for: views of that memory would end when it grows, and a writer may make it grow at any time. A region needs no copy.
 */
export class WasmBatchReader implements BatchReader {
  readonly #exports: KernelExports
  readonly #memory: LinearMemory
  readonly #keyAt: number
  readonly #keyLength: number
  readonly #valueAt: number
  readonly #valueLength: number
  readonly #timestamp: number
  readonly #offset: number
  /** The address of the input, its size, and its copy. */
  #inputAt = 0
  #inputSize = 0
  #copy: Uint8Array = new Uint8Array(0)
  #isCopied = false

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
    this.#inputAt = this.#exports.inputBuffer(size) >>> 0
    this.#inputSize = size
    this.#isCopied = false
    this.#memory.refresh()
    let at = this.#inputAt
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
    const { words } = this.#memory
    const length = words[this.#keyLength + index]!
    return length < 0 ? null : this.#slice(words[this.#keyAt + index]! >>> 0, length)
  }

  value(index: number): Uint8Array | null {
    const { words } = this.#memory
    const length = words[this.#valueLength + index]!
    return length < 0 ? null : this.#slice(words[this.#valueAt + index]! >>> 0, length)
  }

  headers(index: number): Headers {
    const { words, bytes } = this.#memory
    const at = (words[this.#valueAt + index]! >>> 0) + Math.max(words[this.#valueLength + index]!, 0)
    return bytes[at] === 0 ? noHeaders : parseHeaders(this.#stable(), at - this.#inputAt)
  }

  /** A non-null value where it lies: a view that ends when the memory grows. */
  valueInPlace(index: number): Uint8Array {
    const { words, bytes } = this.#memory
    const at = words[this.#valueAt + index]! >>> 0
    return bytes.subarray(at, at + words[this.#valueLength + index]!)
  }

  #slice(at: number, length: number): Uint8Array {
    const from = at - this.#inputAt
    return this.#stable().subarray(from, from + length)
  }

  #stable(): Uint8Array {
    if (!this.#isCopied) {
      if (this.#copy.length < this.#inputSize) this.#copy = new Uint8Array(this.#inputSize * 2)
      this.#copy.set(this.#memory.bytes.subarray(this.#inputAt, this.#inputAt + this.#inputSize))
      this.#isCopied = true
    }
    return this.#copy
  }
}
