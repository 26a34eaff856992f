import type { OptionChecks } from './option-checks.ts'
import type { Duration } from './time/duration.ts'

/** How much is measured (metrics.recording.level), from the least; `off`, which Java does not have: nothing. */
export type RecordingLevel = (typeof recordingLevels)[number]

const recordingLevels = ['off', 'info', 'debug', 'trace'] as const

/** What is measured, and over which time rates, averages and maxima are taken. */
export interface MetricsOptions {
  /** `info` counts per stretch of records and costs next to nothing; `debug` and `trace` measure single calls, too. */
  readonly metricsRecordingLevel?: RecordingLevel
  /** Length of one sample (metrics.sample.window.ms). */
  readonly metricsSampleWindow?: Duration
  /** How many samples are kept (metrics.num.samples). */
  readonly metricsNumSamples?: number
}

export interface ResolvedMetricsOptions {
  readonly metricsRecordingLevel: RecordingLevel
  readonly metricsSampleWindowMs: number
  readonly metricsNumSamples: number
}

export const metricsDefaults = {
  metricsRecordingLevel: 'info',
  metricsSampleWindow: 30_000,
  metricsNumSamples: 2,
} as const

export function resolveMetricsOptions(options: MetricsOptions, checks: OptionChecks): ResolvedMetricsOptions {
  const resolved = {
    metricsRecordingLevel: options.metricsRecordingLevel ?? metricsDefaults.metricsRecordingLevel,
    metricsSampleWindowMs: checks.duration(
      'metricsSampleWindow',
      options.metricsSampleWindow,
      metricsDefaults.metricsSampleWindow,
    ),
    metricsNumSamples: options.metricsNumSamples ?? metricsDefaults.metricsNumSamples,
  }
  checks.oneOf('metricsRecordingLevel', resolved.metricsRecordingLevel, recordingLevels)
  checks.check(resolved.metricsSampleWindowMs >= 1, 'metricsSampleWindow: at least 1 ms is needed')
  checks.wholeNumber('metricsNumSamples', resolved.metricsNumSamples, 1)
  return resolved
}

/** Whether what is asked for at `level` is measured when `set` is set (Java's Sensor.shouldRecord). */
export function isRecorded(level: RecordingLevel, set: RecordingLevel): boolean {
  return recordingLevels.indexOf(level) <= recordingLevels.indexOf(set)
}
