import type { MetricGroup } from './catalog.ts'
import { avgAndMax, gauge, minimum, ours } from './catalog-facts.ts'

/** Calls of a store whose number and time are measured at `debug`. */
export const storeCalls = [
  'put',
  'put-if-absent',
  'put-all',
  'get',
  'fetch',
  'all',
  'range',
  'prefix-scan',
  'delete',
  'remove',
] as const

export type StoreCall = (typeof storeCalls)[number]

function call(name: string): MetricGroup {
  return {
    ...avgAndMax(`${name}-latency`, 'debug', `time of a call to ${name}, nanoseconds`),
    [`${name}-rate`]: gauge('debug', `The average number of calls to ${name} per second.`),
  }
}

const hitRatio = 'part of the reads that the cache could answer, from 0 to 1, as of each stretch'

/** Of state stores and their caches: Java's StateStoreMetrics and NamedCacheMetrics. */
export const storeMetrics: Readonly<Record<string, MetricGroup>> = {
  'stream-state-metrics': {
    ...Object.assign({}, ...storeCalls.map(call)),
    'num-keys': gauge('info', 'The current number of keys in an in-memory store.'),
    'store-size-bytes': ours(
      gauge('info', 'What the store takes on disk and, where it is not there yet, in memory, bytes.'),
    ),
  },
  'stream-record-cache-metrics': {
    ...avgAndMax('hit-ratio', 'debug', hitRatio),
    ...minimum('hit-ratio', 'debug', hitRatio),
  },
}
