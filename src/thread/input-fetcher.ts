import type { Fetcher } from '../client/client.ts'
import { fetchLimits } from '../task/fetch-limits.ts'
import type { ThreadContext } from './thread-context.ts'

/** Fetches what the thread's tasks read: committed records only. */
export function inputFetcher({ client, options }: ThreadContext): Fetcher {
  const { consumer, offsetReset } = options
  return client.fetcher({ isolation: 'read_committed', ...fetchLimits(consumer), offsetReset })
}
