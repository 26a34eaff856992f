import type { Client, PartitionOffset } from '../../src/client/client.ts'
import type { TopicPartition } from '../../src/core/topic-partition.ts'
import { type DecodedRecord, decodeBatches } from '../../src/protocol/record-batch/decode.ts'

const limitMs = 60_000

export function partitionsOf(topic: string, count: number): TopicPartition[] {
  return Array.from({ length: count }, (_, partition) => ({ topic, partition }))
}

/**
 * Hands out what a read_committed reader finds from the start of a topic to its present end; of each partition in
 * order. The end counts open transactions too: it waits for them. A record's bytes are valid during the call.
 * @param from where to begin, in place of 0, by partition. @returns the ends.
 */
export async function readCommitted(
  client: Client,
  partitions: readonly TopicPartition[],
  visit: (partition: number, record: DecodedRecord) => void,
  from: ReadonlyMap<number, number> = new Map(),
): Promise<readonly PartitionOffset[]> {
  const start = (partition: number): number => from.get(partition) ?? 0
  const ends = await client.listOffsets(partitions, 'latest', 'read_uncommitted')
  const behind = new Map(
    ends
      .filter(({ partition, offset }) => offset > start(partition))
      .map(({ partition, offset }) => [partition, offset]),
  )
  const fetcher = client.fetcher({
    isolation: 'read_committed',
    partitionBytes: 2 ** 20,
    bufferBytes: 16 * 2 ** 20,
    offsetReset: 'none',
  })
  const limit = AbortSignal.timeout(limitMs)
  try {
    for (const one of partitions) if (behind.has(one.partition)) fetcher.add(one, start(one.partition))
    while (behind.size > 0) {
      if (limit.aborted)
        throw new Error(`${partitions[0]?.topic} could not be read to its end within ${limitMs / 1000} s`)
      for (const stretch of await fetcher.poll(500)) {
        const { partition, offset, nextOffset, runs } = stretch
        for (const run of runs)
          for (const record of decodeBatches(run, { fromOffset: offset })) visit(partition, record)
        if (nextOffset >= (behind.get(partition) ?? 0)) behind.delete(partition)
        stretch.release()
      }
    }
  } finally {
    await fetcher.close()
  }
  return ends
}
