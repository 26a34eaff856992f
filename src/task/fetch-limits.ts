import type { FetcherOptions } from '../client/client.ts'
import type { ResolvedConsumerOptions } from '../core/client-options.ts'

/** The options of a consumer as a fetcher takes them. */
export function fetchLimits({
  maxPartitionFetchBytes,
  fetchBufferBytes,
  fetchMaxWaitMs,
}: ResolvedConsumerOptions): Pick<FetcherOptions, 'partitionBytes' | 'bufferBytes' | 'maxWaitMs'> {
  return {
    partitionBytes: maxPartitionFetchBytes,
    bufferBytes: fetchBufferBytes,
    maxWaitMs: fetchMaxWaitMs,
  }
}
