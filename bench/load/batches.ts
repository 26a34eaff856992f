import type { Fetched } from '../../src/client/client.ts'
import { type BatchHeader, batchSize, readBatchHeader } from '../../src/protocol/record-batch/header.ts'

/** The headers of a stretch's batches: each is one producer's. */
export function batchesOf({ runs }: Fetched): readonly BatchHeader[] {
  const headers: BatchHeader[] = []
  for (const run of runs) {
    for (let at = 0; at < run.length; ) {
      const header = readBatchHeader(run, at)
      headers.push(header)
      at += batchSize(header)
    }
  }
  return headers
}
