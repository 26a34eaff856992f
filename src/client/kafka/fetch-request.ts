import { type FetchRequest, noFetchSession } from '../../protocol/api/fetch.ts'
import type { FetcherOptions } from '../client.ts'
import { byTopic } from './by-topic.ts'
import type { FetchPartition } from './fetch-partition.ts'
import { isolationLevels } from './offsets.ts'

/** Larger responses fall out of the processor's caches: 8 MiB halves the rate. */
const maxResponseBytes = 4 * 1024 * 1024

/** Asks for what the partitions have next. The broker fills the response in their order. */
export function fetchRequest(
  partitions: readonly FetchPartition[],
  { partitionBytes, isolation }: FetcherOptions,
  maxWaitMs: number,
): FetchRequest {
  const topics = byTopic(partitions, ({ partition, offset }) => ({
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: offset,
    partitionMaxBytes: partitionBytes,
  }))
  return {
    maxWaitMs,
    minBytes: 1,
    maxBytes: Math.max(partitionBytes, Math.min(maxResponseBytes, partitionBytes * partitions.length)),
    isolationLevel: isolationLevels[isolation],
    ...noFetchSession,
    topics: topics.map(({ name, partitions }) => ({ topic: name, partitions })),
    forgottenTopics: [],
  }
}
