import { type BenchCluster, partitionsOf } from '../cluster/bench-cluster.ts'
import { readTopic } from './output-watch.ts'

/** Size of what a read_committed reader gets of a topic. */
export async function logBytes({ client }: BenchCluster, topic: string): Promise<number> {
  const partitions = partitionsOf(topic)
  let bytes = 0
  await readTopic(
    client,
    partitions.map((partition) => ({ ...partition, offset: 0 })),
    await client.listOffsets(partitions, 'latest', 'read_committed'),
    ({ runs }) => {
      for (const run of runs) bytes += run.length
    },
  )
  return bytes
}
