import { metricCatalog } from './catalog.ts'
import type { Metric, MetricTags } from './metric.ts'
import { prometheusName } from './prometheus.ts'

/** What of @opentelemetry/api's Meter is used: any of its versions fits, and none is needed. */
export interface OpenTelemetryMeter<Instrument = unknown> {
  createObservableGauge(name: string, options: { readonly description: string }): Instrument
  createObservableCounter(name: string, options: { readonly description: string }): Instrument
  addBatchObservableCallback(callback: ObserveBatch<Instrument>, instruments: Instrument[]): void
  removeBatchObservableCallback(callback: ObserveBatch<Instrument>, instruments: Instrument[]): void
}

type ObserveBatch<Instrument> = (result: {
  observe(instrument: Instrument, value: number, attributes: MetricTags): void
}) => Promise<void>

/**
 * Gives an application's metrics to OpenTelemetry, under the names they have in Prometheus and with Java's tags, each
 * time its reader collects. Text, and what nothing was recorded for, is left out.
 *
 *     const stop = observeMetrics(app, metrics.getMeter('millrace'))
 *
 * @returns a function that stops it.
 */
export function observeMetrics<Instrument>(
  app: { metrics(): Promise<readonly Metric[]> },
  meter: OpenTelemetryMeter<Instrument>,
): () => void {
  const instruments = new Map<string, Instrument>()
  for (const [group, metrics] of Object.entries(metricCatalog)) {
    for (const [name, { type, help: description }] of Object.entries(metrics)) {
      if (type === 'text') continue
      const as = prometheusName(group, name)
      const instrument =
        type === 'counter'
          ? meter.createObservableCounter(as, { description })
          : meter.createObservableGauge(as, { description })
      instruments.set(as, instrument)
    }
  }
  const observe: ObserveBatch<Instrument> = async (result) => {
    for (const { group, name, value, tags } of await app.metrics()) {
      if (typeof value === 'string' || Number.isNaN(value)) continue
      const instrument = instruments.get(prometheusName(group, name))
      if (instrument !== undefined) result.observe(instrument, value, tags)
    }
  }
  const all = [...instruments.values()]
  meter.addBatchObservableCallback(observe, all)
  return () => meter.removeBatchObservableCallback(observe, all)
}
