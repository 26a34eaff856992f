/** Over which time a stat looks (Java's MetricConfig). */
export interface SampleWindow {
  /** Length of one sample, ms. */
  readonly windowMs: number
  /** How many are kept. */
  readonly samples: number
}

/** One figure made of the values that a sensor records (Java's MeasurableStat). Times are ms that never go back. */
export interface Stat {
  record(value: number, now: number, window: SampleWindow): void
  /** NaN where nothing was recorded and no figure follows from that. */
  measure(now: number, window: SampleWindow): number
}
