import { StreamsError } from '../core/errors.ts'
import type { RecordingLevel } from '../core/metrics-options.ts'
import { clientMetrics } from './catalog-client.ts'
import { millraceMetrics } from './catalog-millrace.ts'
import { storeMetrics } from './catalog-store.ts'
import { taskMetrics } from './catalog-task.ts'
import { threadMetrics } from './catalog-thread.ts'

/** What is known of a metric beforehand. */
export interface MetricFacts {
  readonly level: RecordingLevel
  /** One sentence, with the unit where it is not a count. */
  readonly help: string
  /** A counter only grows while its owner lives. Text is no number. */
  readonly type: 'counter' | 'gauge' | 'text'
  /** Not one of Java's. */
  readonly ours?: boolean
}

export type MetricGroup = Readonly<Record<string, MetricFacts>>

/** Every metric there is, by group and name. */
export const metricCatalog: Readonly<Record<string, MetricGroup>> = {
  'stream-metrics': clientMetrics,
  'stream-thread-metrics': threadMetrics,
  ...taskMetrics,
  ...storeMetrics,
  ...millraceMetrics,
}

/** @throws StreamsError `internal` if the catalog does not have it. */
export function describeMetric(group: string, name: string): MetricFacts {
  const facts = metricCatalog[group]?.[name]
  if (facts) return facts
  throw new StreamsError('internal', `no metric ${name} in ${group}: add it to the catalog`)
}
