import { expect, test } from 'vitest'
import type { Metric, MetricTags } from '../../../src/metrics/metric.ts'
import { type OpenTelemetryMeter, observeMetrics } from '../../../src/metrics/open-telemetry.ts'

type Callback = Parameters<OpenTelemetryMeter<string>['addBatchObservableCallback']>[0]

/** A meter as @opentelemetry/api has it, whose reader collects when it is told to. Instruments are their kind and name. */
class Meter implements OpenTelemetryMeter<string> {
  readonly #callbacks = new Map<Callback, string[]>()

  createObservableGauge(name: string): string {
    return `gauge ${name}`
  }

  createObservableCounter(name: string): string {
    return `counter ${name}`
  }

  addBatchObservableCallback(callback: Callback, instruments: string[]): void {
    this.#callbacks.set(callback, instruments)
  }

  removeBatchObservableCallback(callback: Callback): void {
    this.#callbacks.delete(callback)
  }

  async collect(): Promise<readonly [string, number, MetricTags][]> {
    const observed: [string, number, MetricTags][] = []
    for (const [callback, instruments] of this.#callbacks) {
      await callback({
        observe(instrument, value, attributes) {
          if (!instruments.includes(instrument)) throw new Error(`${instrument} is not of the batch`)
          observed.push([instrument, value, attributes])
        },
      })
    }
    return observed
  }
}

test('OpenTelemetry is given numbers when it collects, until it is stopped', async () => {
  let records = 7
  const tags = { 'thread-id': 't' }
  const metric = (name: string, value: number | string): Metric => {
    return { group: 'stream-thread-metrics', name, tags, value, description: '' }
  }
  const app = {
    async metrics() {
      return [
        metric('process-total', records),
        metric('commit-latency-avg', Number.NaN),
        metric('commit-latency-max', 12.5),
        metric('state', 'running'),
      ]
    },
  }
  const meter = new Meter()
  const stop = observeMetrics(app, meter)
  const latency = ['gauge kafka_streams_commit_latency_max', 12.5, tags]
  expect(await meter.collect()).toEqual([['counter kafka_streams_process_total', 7, tags], latency])
  records = 9
  expect(await meter.collect()).toEqual([['counter kafka_streams_process_total', 9, tags], latency])
  stop()
  expect(await meter.collect()).toEqual([])
})
