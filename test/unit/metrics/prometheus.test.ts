import { describe, expect, test } from 'vitest'
import { metricCatalog } from '../../../src/metrics/catalog.ts'
import type { Metric, MetricTags } from '../../../src/metrics/metric.ts'
import { prometheusName, prometheusText } from '../../../src/metrics/prometheus.ts'
import { parsePrometheus } from './prometheus-parser.ts'

function metric(group: string, name: string, value: number | string, tags: MetricTags = {}): Metric {
  return { group, name, tags, value, description: '' }
}

describe("Prometheus' text", () => {
  test('has the names that alerts rely on', () => {
    expect([
      prometheusName('stream-thread-metrics', 'commit-latency-avg'),
      prometheusName('stream-thread-metrics', 'restore-time-total'),
      prometheusName('stream-state-metrics', 'store-size-bytes'),
      prometheusName('stream-metrics', 'failed-stream-threads'),
      prometheusName('consumer-fetch-manager-metrics', 'records-lag'),
    ]).toEqual([
      'kafka_streams_commit_latency_avg',
      'kafka_streams_restore_time_total',
      'kafka_streams_state_store_size_bytes',
      'kafka_streams_failed_stream_threads',
      'kafka_consumer_fetch_manager_records_lag',
    ])
  })

  test('is this, to the byte', () => {
    const text = prometheusText([
      metric('stream-thread-metrics', 'process-total', 12, { 'thread-id': 't-2' }),
      metric('stream-metrics', 'failed-stream-threads', 0, { 'client-id': 'app' }),
      metric('stream-thread-metrics', 'process-total', 1e21, { 'thread-id': 't-1' }),
      metric('stream-state-metrics', 'store-size-bytes', 4096, { 'lmdb-window-state-id': 'counts' }),
      metric('stream-metrics', 'version', '1.2.3', { 'client-id': 'app' }),
      metric('stream-metrics', 'topology-description', 'Topologies:\n ...'),
    ])
    expect(
      text,
    ).toBe(`# HELP kafka_streams_failed_stream_threads The number of stream threads that failed since the start.
# TYPE kafka_streams_failed_stream_threads counter
kafka_streams_failed_stream_threads{client_id="app"} 0
# HELP kafka_streams_process_total The total number of records processed.
# TYPE kafka_streams_process_total counter
kafka_streams_process_total{thread_id="t-2"} 12
kafka_streams_process_total{thread_id="t-1"} 1e+21
# HELP kafka_streams_state_store_size_bytes What the store takes on disk and, where it is not there yet, in memory, bytes.
# TYPE kafka_streams_state_store_size_bytes gauge
kafka_streams_state_store_size_bytes{store_type="lmdb-window",state_id="counts"} 4096
# HELP kafka_streams_version_info The version of Millrace.
# TYPE kafka_streams_version_info gauge
kafka_streams_version_info{client_id="app",version="1.2.3"} 1
`)
    expect(parsePrometheus(text).size).toBe(4)
  })

  test('escapes what users have named', () => {
    const topic = 'a"b\\c\nd\\n'
    const text = prometheusText([metric('stream-topic-metrics', 'records-consumed-total', 1, { topic })])
    expect(text).toContain('{topic="a\\"b\\\\c\\nd\\\\n"} 1\n')
    const [family] = parsePrometheus(text).values()
    expect(family!.samples[0]!.labels).toEqual({ topic })
  })

  test('writes what is no finite number as Prometheus does', () => {
    const text = prometheusText(
      [Number.NaN, Infinity, -Infinity, 0.25, -1e-7].map((value, i) =>
        metric('stream-thread-metrics', 'commit-latency-avg', value, { 'thread-id': String(i) }),
      ),
    )
    const values = parsePrometheus(text).get('kafka_streams_commit_latency_avg')!.samples
    expect(values.map(({ value }) => value)).toEqual([Number.NaN, Infinity, -Infinity, 0.25, -1e-7])
  })

  test('has a name of its own for every metric of the catalog', () => {
    const names = Object.entries(metricCatalog).flatMap(([group, metrics]) =>
      Object.entries(metrics)
        .filter(([, { type }]) => type !== 'text')
        .map(([name]) => prometheusName(group, name)),
    )
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^(kafka_(streams|consumer)|millrace)_[a-z0-9_]+$/)
  })

  test('counters are what Prometheus calls so: but for one of Java, their names end in total', () => {
    const counters = Object.values(metricCatalog).flatMap((metrics) =>
      Object.entries(metrics).flatMap(([name, { type }]) => (type === 'counter' ? [name] : [])),
    )
    expect(counters.filter((name) => !name.endsWith('-total'))).toEqual(['failed-stream-threads'])
  })
})

describe('the strict reader of these tests', () => {
  test.each([
    ['a series twice', '# HELP a b\n# TYPE a gauge\na{x="1"} 1\na{x="1"} 2\n', /twice/],
    ['no type', '# HELP a b\na 1\n', /no HELP and TYPE/],
    ['a name among another', '# HELP a b\n# TYPE a gauge\na 1\nb 1\n', /stands among/],
    ['a raw line feed', '# HELP a b\n# TYPE a gauge\na{x="1\n2"} 1\n', /no sample/],
    ['a wrong escape', '# HELP a b\n# TYPE a gauge\na{x="\\t"} 1\n', /no labels/],
    ['no end', '# HELP a b\n# TYPE a gauge\na 1', /does not end/],
    [
      'one name in two places',
      '# HELP a b\n# TYPE a gauge\na 1\n# HELP a b\n# TYPE a gauge\na{x="1"} 1\n',
      /two/,
    ],
  ])('refuses %s', (_, text, error) => {
    expect(() => parsePrometheus(text)).toThrowError(error)
  })
})
