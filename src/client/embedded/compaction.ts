import { concatBytes } from '../../core/bytes.ts'
import { decompress } from '../../protocol/record-batch/compression.ts'
import { decodeBatches } from '../../protocol/record-batch/decode.ts'
import { isControl, readBatchHeader } from '../../protocol/record-batch/header.ts'
import { type AbortedTransaction, readableRuns } from '../../protocol/record-batch/readable-runs.ts'

interface Batch {
  readonly baseOffset: number
  readonly nextOffset: number
  readonly bytes: Uint8Array
}

/**
 * Batches that a compacted topic may lose (Kafka's LogCleaner): every key of theirs has a later record, or they were
 * aborted. Unlike there, batches go as a whole, and tombstones and markers stay.
 *
 * @param batches in order, without gaps of undecided transactions.
 */
export function superseded<B extends Batch>(
  batches: readonly B[],
  aborted: readonly AbortedTransaction[],
): ReadonlySet<B> {
  const from = batches[0]?.baseOffset ?? 0
  const all = concatBytes(batches.map(({ bytes }) => bytes))
  const { runs } = readableRuns(all, from, 'read_committed', aborted, decompress)
  const last = new Map<string, number>()
  for (const run of runs)
    for (const { key, offset } of decodeBatches(run))
      if (key) last.set(Buffer.from(key).toString('latin1'), offset)
  const needed = new Set(last.values())
  return new Set(
    batches.filter(({ baseOffset, nextOffset, bytes }) => {
      if (isControl(readBatchHeader(bytes, 0))) return false
      for (let offset = baseOffset; offset < nextOffset; offset++) if (needed.has(offset)) return false
      return true
    }),
  )
}
