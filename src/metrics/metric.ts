export type MetricTags = Readonly<Record<string, string>>

/** A figure at one moment, under Java's names (Java's MetricName and Metric.metricValue). It can be cloned. */
export interface Metric {
  /** `stream-thread-metrics`, `stream-task-metrics` ... */
  readonly group: string
  readonly name: string
  readonly tags: MetricTags
  /** Text for states, versions and the like; NaN where nothing was recorded within the window. */
  readonly value: number | string
  readonly description: string
}
