import type { EmbeddedCluster } from '../../src/client/embedded/cluster.ts'
import { decompress } from '../../src/protocol/record-batch/compression.ts'
import { type DecodedRecord, decodeBatches } from '../../src/protocol/record-batch/decode.ts'
import { readableRuns } from '../../src/protocol/record-batch/readable-runs.ts'

/** What a read_committed reader finds in a topic at this moment, partition by partition in order. */
export function committedRecords(
  cluster: EmbeddedCluster,
  topic: string,
): readonly (DecodedRecord & { readonly partition: number })[] {
  const partitions = cluster.topics.describe(topic)?.partitions ?? 0
  return Array.from({ length: partitions }, (_, partition) => {
    const log = cluster.topics.log(topic, partition)
    const from = log.startOffset
    const { records, aborted } = log.read(from, Number.POSITIVE_INFINITY, 'read_committed')
    const { runs } = readableRuns(records, from, 'read_committed', aborted, decompress)
    return runs.flatMap((run) =>
      decodeBatches(run, { fromOffset: from }).map((record) => ({ ...record, partition })),
    )
  }).flat()
}
