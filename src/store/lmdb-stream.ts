import { forEachRowAt } from '../core/packed-rows.ts'
import { unterminated } from '../core/termination-lock.ts'
import { bufferAddress, type LmdbDatabase, type LmdbEnvironment } from './lmdb.ts'
import { isPlainKey, toLmdbKey, withKey } from './lmdb-keys.ts'

export interface DatabaseRows {
  readonly database: LmdbDatabase
  readonly rows: Uint8Array
}

// lmdb-js 3.5.6, src/writer.cpp
const putInstruction = 15
const deleteInstruction = 13
const endOfStream = 0
const committed = 0x1000_0000
const failed = 0x4000_0000

/** Header, padding and value pointer of one instruction are at most this long. */
const instructionOverhead = 40
const largestStream = 2 ** 30
const keptBytes = 2 ** 24

/**
 * Writes rows as one prepared stream of lmdb-js' write instructions: one call instead of one per row, which takes a
 * third of the time on the JavaScript thread. The layout is internal to lmdb-js 3.5.6 (hence the exact dependency; `batch` is
 * the reference):
 *
 *     flags u32 | database u32 | key length u32 | key | zeros to 4 before a multiple of 8 | value length u32 | value address f64
 *
 * A deletion ends with the zeros. The writer thread runs it until a zero flag word, into which it writes how it went.
 * An empty stream, or one run twice, ends the process: hence no write without rows, and the first word is cleared.
 * A worker thread that is terminated waits for a stream that runs, before its memory goes.
 */
export class InstructionStream {
  readonly #environment: LmdbEnvironment
  readonly #addressOf: (buffer: Buffer) => number
  #bytes: Buffer = Buffer.alloc(0)
  #words: Uint32Array = new Uint32Array(0)
  #doubles: Float64Array = new Float64Array(0)
  /** Address of the first byte. */
  #address = 0

  private constructor(environment: LmdbEnvironment, addressOf: (buffer: Buffer) => number) {
    this.#environment = environment
    this.#addressOf = addressOf
  }

  /** @returns undefined when this lmdb lacks the internals. */
  static open(environment: LmdbEnvironment): InstructionStream | undefined {
    const usable =
      bufferAddress !== undefined &&
      typeof environment.env.startWriting === 'function' &&
      typeof environment.resetReadTxn === 'function' &&
      typeof environment.db.dbi === 'number' &&
      bufferAddress(Buffer.from(new ArrayBuffer(8))) > 0
    return usable ? new InstructionStream(environment, bufferAddress!) : undefined
  }

  /**
   * All or nothing. Only one at a time, and none while lmdb-js itself writes to the environment.
   * @returns false, having written nothing, when there are no rows, or too many for one stream.
   */
  async write(batches: readonly DatabaseRows[]): Promise<boolean> {
    let size = 16
    let count = 0
    for (const { rows } of batches) {
      forEachRowAt(rows, (_, keyLength) => {
        size += keyLength + instructionOverhead
        count++
      })
      size += rows.length
    }
    if (count === 0 || size > largestStream) return false
    this.#reserve(size)
    const kept: Buffer[] = []
    const end = this.#prepare(batches, kept)
    await this.#run(end)
    kept.length = 0
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.alloc(0)
    return true
  }

  #reserve(size: number): void {
    if (this.#bytes.length >= size) return
    // An ArrayBuffer's memory never moves, unlike that of small typed arrays.
    const memory = new ArrayBuffer((size + 7) & ~7)
    this.#bytes = Buffer.from(memory)
    this.#words = new Uint32Array(memory)
    this.#doubles = new Float64Array(memory)
    this.#address = this.#addressOf(this.#bytes)
  }

  /**
   * Puts the rows at the end of the buffer and instructions that point to them at its start.
   * @param kept takes buffers outside that must live until the stream has run.
   * @returns the position of the end word.
   */
  #prepare(batches: readonly DatabaseRows[], kept: Buffer[]): number {
    let rowsAt = this.#bytes.length
    let at = 8
    for (const { database, rows } of batches) {
      rowsAt -= rows.length
      this.#bytes.set(rows, rowsAt)
      at = this.#prepareRows(at, database.db.dbi!, rowsAt, rows.length, kept)
    }
    this.#words[at >> 2] = endOfStream
    this.#words[(at >> 2) + 1] = 0
    return at
  }

  #prepareRows(start: number, database: number, rowsAt: number, length: number, kept: Buffer[]): number {
    const bytes = this.#bytes
    let at = start
    forEachRowAt(bytes.subarray(rowsAt, rowsAt + length), (keyAt, keyLength, valueAt, valueLength) => {
      const from = rowsAt + keyAt
      if (isPlainKey(bytes, from, keyLength)) {
        for (let i = 0; i < keyLength; i++) bytes[at + 12 + i] = bytes[from + i]!
        at = this.#finish(at, database, keyLength, valueLength, this.#address + rowsAt + valueAt)
        return
      }
      const key = bytes.subarray(from, from + keyLength)
      const stored = toLmdbKey(key)
      bytes.set(stored.key, at + 12)
      if (!stored.hashed || valueLength < 0) {
        at = this.#finish(at, database, stored.key.length, valueLength, this.#address + rowsAt + valueAt)
        return
      }
      const value = withKey(key, bytes.subarray(rowsAt + valueAt, rowsAt + valueAt + valueLength))
      const buffer = Buffer.from(value.buffer)
      kept.push(buffer)
      at = this.#finish(at, database, stored.key.length, value.length, this.#addressOf(buffer))
    })
    return at
  }

  /** @returns the position of the next instruction. */
  #finish(at: number, database: number, keyLength: number, valueLength: number, address: number): number {
    const words = this.#words
    const deletes = valueLength < 0
    words[at >> 2] = deletes ? deleteInstruction : putInstruction
    words[(at >> 2) + 1] = database
    words[(at >> 2) + 2] = keyLength
    const end = at + 12 + keyLength
    const aligned = (end + 16) & ~7
    for (let i = end; i < aligned; i++) this.#bytes[i] = 0
    if (deletes) return aligned
    words[(aligned >> 2) - 1] = valueLength
    this.#doubles[aligned >> 3] = address
    return aligned + 8
  }

  #run(end: number): Promise<void> {
    const words = this.#words
    return new Promise((resolve, reject) => {
      const onNews = (status: number): void => {
        const outcome = words[end >> 2]!
        const isProgress = (status === 1 || status === 2) && (outcome & (committed | failed)) === 0
        if (isProgress) return
        words[2] = endOfStream
        unterminated(() => this.#environment.resetReadTxn())
        if (outcome & committed) resolve()
        else reject(Object.assign(new Error(`LMDB ended a write with status ${status}`), { code: status }))
      }
      unterminated(() => this.#environment.env.startWriting!(this.#address + 8, onNews))
    })
  }
}
