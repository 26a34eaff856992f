import { StreamsError } from '../../core/errors.ts'
import type { Decompress } from './compression.ts'
import { decodeControlBatch } from './control.ts'
import { corruptBatch } from './corrupt.ts'
import { crc32c } from './crc32c.ts'
import {
  type BatchHeader,
  batchAttribute,
  batchCrcFrom,
  batchField,
  batchHeaderSize,
  batchLogOverhead,
  batchSize,
  type CompressionCodec,
  checkBatchCrc,
  compressionCodec,
  isControl,
  isTransactional,
  lastOffset,
  readBatchHeader,
} from './header.ts'

/** A producer's transaction that was aborted, as a fetch response lists them. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export interface ReadableRuns {
  /** Whole, uncompressed data batches; views of the response where it has them side by side. */
  readonly runs: Uint8Array[]
  /** Offset after the last whole batch, control batches and left out ones included; at least the fetch offset. */
  readonly nextOffset: number
}

/**
 * What of a fetch response a reader may see, as Java's CompletedFetch decides it: no control batches, no batches below
 * the fetch offset and, with read_committed, none of aborted transactions. Compressed batches are uncompressed.
 * The CRC of batches that stay as they are is left to whoever decodes them.
 * @param records the response's records; a last batch that is cut off is ignored.
 * @param aborted transactions that the response lists; only looked at with read_committed.
 * @throws StreamsError `record-batch-corrupt`, also when not even one batch is whole (brokers send the first one whole:
 *   KIP-74); `codec-missing`.
 */
export function readableRuns(
  records: Uint8Array,
  fetchOffset: number,
  isolation: 'read_uncommitted' | 'read_committed',
  aborted: readonly AbortedTransaction[],
  decompress: Decompress,
): ReadableRuns {
  const transactions = new AbortedTransactions(isolation === 'read_committed' ? aborted : [])
  const runs = new Runs(records)
  let nextOffset = fetchOffset
  let at = 0
  while (at < records.length) {
    if (at > 0 && isCutOff(records, at)) break
    const header = readBatchHeader(records, at)
    const end = at + batchSize(header)
    const hidden = transactions.hides(records, at, header)
    if (!hidden && !isControl(header) && lastOffset(header) >= fetchOffset) {
      const codec = compressionCodec(header)
      if (codec === 'none') runs.keep(at, end)
      else runs.add(uncompress(records, at, header, codec, decompress))
    }
    nextOffset = Math.max(nextOffset, lastOffset(header) + 1)
    at = end
  }
  return { runs: runs.done(), nextOffset }
}

/** A batch with an impossible length or magic is not cut off but corrupt. */
function isCutOff(records: Uint8Array, at: number): boolean {
  const present = records.length - at
  if (present <= batchField.magic) return true
  if (records[at + batchField.magic] !== 2) return false
  const view = new DataView(records.buffer, records.byteOffset + at, present)
  const length = view.getInt32(batchField.batchLength)
  return length >= batchHeaderSize - batchLogOverhead && length > present - batchLogOverhead
}

/** Joins neighbouring batches to one view. */
class Runs {
  readonly #records: Uint8Array
  readonly #runs: Uint8Array[] = []
  #from = 0
  #to = 0

  constructor(records: Uint8Array) {
    this.#records = records
  }

  keep(from: number, to: number): void {
    if (from !== this.#to) {
      this.#endRun()
      this.#from = from
    }
    this.#to = to
  }

  add(batch: Uint8Array): void {
    this.#endRun()
    this.#runs.push(batch)
  }

  done(): Uint8Array[] {
    this.#endRun()
    return this.#runs
  }

  #endRun(): void {
    if (this.#to > this.#from) this.#runs.push(this.#records.subarray(this.#from, this.#to))
    this.#from = this.#to
  }
}

/** Which aborted transactions the walk is inside of: from the first offset listed to the producer's abort marker. */
class AbortedTransactions {
  readonly #ahead: readonly AbortedTransaction[]
  #next = 0
  readonly #producers = new Set<number>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#ahead = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset)
  }

  /** Batches must be passed in the order of the log. */
  hides(records: Uint8Array, at: number, header: BatchHeader): boolean {
    if (this.#ahead.length === 0) return false
    while (this.#next < this.#ahead.length && this.#ahead[this.#next]!.firstOffset <= lastOffset(header))
      this.#producers.add(this.#ahead[this.#next++]!.producerId)
    if (!isTransactional(header) || !this.#producers.has(header.producerId)) return false
    if (isControl(header) && decodeControlBatch(records, at, header)?.type === 'abort')
      this.#producers.delete(header.producerId)
    return true
  }
}

function uncompress(
  records: Uint8Array,
  at: number,
  header: BatchHeader,
  codec: CompressionCodec,
  decompress: Decompress,
): Uint8Array {
  checkBatchCrc(records, at, header)
  const body = unpack(
    records.subarray(at + batchHeaderSize, at + batchSize(header)),
    header,
    codec,
    decompress,
  )
  const batch = new Uint8Array(batchHeaderSize + body.length)
  batch.set(records.subarray(at, at + batchHeaderSize))
  batch.set(body, batchHeaderSize)
  const view = new DataView(batch.buffer)
  view.setInt32(batchField.batchLength, batch.length - batchLogOverhead)
  view.setInt16(batchField.attributes, header.attributes & ~batchAttribute.compression)
  view.setUint32(batchField.crc, crc32c(batch, batchCrcFrom))
  return batch
}

function unpack(
  body: Uint8Array,
  header: BatchHeader,
  codec: CompressionCodec,
  decompress: Decompress,
): Uint8Array {
  try {
    return decompress(codec, body)
  } catch (cause) {
    if (StreamsError.is(cause)) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw corruptBatch(header.baseOffset, `its ${codec} records cannot be uncompressed: ${reason}`, cause)
  }
}
