import { isRecorded, type ResolvedMetricsOptions } from '../core/metrics-options.ts'
import type { Clock } from '../core/time/clock.ts'
import { describeMetric } from './catalog.ts'
import type { Metric, MetricTags } from './metric.ts'
import { Sensor } from './sensor.ts'
import type { SampleWindow, Stat } from './stat.ts'

/** Tells a figure that somebody else keeps. @param tags besides those of the scope. */
export type Tell = (group: string, name: string, value: number | string, tags?: MetricTags) => void

interface Figure {
  readonly group: string
  readonly name: string
  readonly tags: MetricTags
  readonly stat: Stat
}

/**
 * The metrics of one thread, or of the process. It pulls: what costs nothing to keep is read when somebody looks, and
 * sensors take a value per stretch of records, not per record.
 */
export class MetricRegistry {
  readonly clock: Clock
  readonly #options: ResolvedMetricsOptions
  readonly #scopes = new Set<MetricScope>()

  constructor(clock: Clock, options: ResolvedMetricsOptions) {
    this.clock = clock
    this.#options = options
  }

  /** False: nothing at all is measured. */
  get on(): boolean {
    return this.#options.metricsRecordingLevel !== 'off'
  }

  /** Whether the level lets a metric of the catalog be measured. @throws StreamsError `internal` for any other. */
  records(group: string, name: string): boolean {
    return isRecorded(describeMetric(group, name).level, this.#options.metricsRecordingLevel)
  }

  /** Metrics that come and go together. */
  scope(tags: MetricTags): MetricScope {
    const scope = new MetricScope(this, tags, () => this.#scopes.delete(scope))
    this.#scopes.add(scope)
    return scope
  }

  get window(): SampleWindow {
    return { windowMs: this.#options.metricsSampleWindowMs, samples: this.#options.metricsNumSamples }
  }

  /** All of them, as they are now. */
  snapshot(): readonly Metric[] {
    return [...this.#scopes].flatMap((scope) => scope.snapshot())
  }
}

/** The metrics of a thread, a task, a store: they go when it goes. */
export class MetricScope {
  readonly #registry: MetricRegistry
  readonly #tags: MetricTags
  readonly #forget: () => void
  readonly #figures: Figure[] = []
  readonly #readers: ((tell: Tell) => void)[] = []

  constructor(registry: MetricRegistry, tags: MetricTags, forget: () => void) {
    this.#registry = registry
    this.#tags = tags
    this.#forget = forget
  }

  /** A sensor for figures of one group. @param tags besides the scope's. */
  sensor(group: string, stats: Readonly<Record<string, Stat>>, tags: MetricTags = {}): Sensor {
    const figures = Object.entries(stats)
      .filter(([name]) => this.#registry.records(group, name))
      .map(([name, stat]) => ({ group, name, tags: { ...this.#tags, ...tags }, stat }))
    this.#figures.push(...figures)
    return new Sensor(
      figures.map(({ stat }) => stat),
      this.#registry.window,
    )
  }

  /** Has figures read when somebody looks. */
  read(reader: (tell: Tell) => void): void {
    if (this.#registry.on) this.#readers.push(reader)
  }

  snapshot(): readonly Metric[] {
    const { clock, window } = this.#registry
    const now = clock.monotonic()
    const metrics = this.#figures.map(({ group, name, tags, stat }) =>
      metric(group, name, tags, stat.measure(now, window)),
    )
    for (const reader of this.#readers)
      reader((group, name, value, tags) => {
        if (this.#registry.records(group, name))
          metrics.push(metric(group, name, { ...this.#tags, ...tags }, value))
      })
    return metrics
  }

  close(): void {
    this.#forget()
  }
}

function metric(group: string, name: string, tags: MetricTags, value: number | string): Metric {
  return { group, name, tags, value, description: describeMetric(group, name).help }
}
