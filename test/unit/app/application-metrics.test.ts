import { describe, expect, test } from 'vitest'
import type { KafkaStreams } from '../../../src/app/kafka-streams.ts'
import { type Tables, type Topology, topology } from '../../../src/dsl/topology.ts'
import type { Metric } from '../../../src/metrics/metric.ts'
import { parsePrometheus } from '../metrics/prometheus-parser.ts'
import { openHarness, until } from './harness.ts'
import { click, clicks, counts, mapped, windowed } from './topologies.ts'

type App = KafkaStreams<Tables>

const users = ['ann', 'ben', 'cid']

/** What the metrics of a name say, by one of their tags; they must be of one group. */
function byTag(
  metrics: readonly Metric[],
  group: string,
  name: string,
  tag: string,
): Record<string, unknown> {
  const found = metrics.filter((metric) => metric.group === group && metric.name === name)
  return Object.fromEntries(found.map(({ tags, value }) => [tags[tag], value]))
}

function sum(metrics: readonly Metric[], group: string, name: string): number {
  return metrics
    .filter((metric) => metric.group === group && metric.name === name)
    .reduce((total, { value }) => total + (value as number), 0)
}

/** `mapped` with a cache. */
const cached = topology(import.meta.url, (b) => {
  const urls = b.stream(clicks).mapValues((value) => value?.url ?? 'none')
  const table = urls.groupByKey().count({ store: { name: 'counts-store' } })
  table.toStream().to(counts)
  return { counts: table }
})

async function run(job: Topology<Tables>, options: object = {}): Promise<App> {
  const harness = openHarness()
  await harness.kafka.createTopics(2, clicks, counts)
  const app = await harness.started(job, options)
  await harness.kafka.send(clicks, [
    ...users.map((user) => click(user, 0)),
    ...users.map((user) => click(user, 1)),
    // The last one is late: its window closed when the one before it came.
    click('ann', 3600),
    click('ann', 0),
  ])
  await harness.caughtUp(app, clicks)
  return app as unknown as App
}

describe('the metrics of an application', () => {
  test('count what a region did, and tell where', async () => {
    const app = await run(windowed)
    const metrics = await app.metrics()
    const [thread] = app.threads
    expect(byTag(metrics, 'stream-thread-metrics', 'process-total', 'thread-id')).toEqual({
      [thread!.name]: 8,
    })
    expect(sum(metrics, 'millrace-metrics', 'records-total')).toBe(8)
    expect(byTag(metrics, 'millrace-metrics', 'records-total', 'mode')).toHaveProperty('kernel')
    expect(sum(metrics, 'stream-task-metrics', 'dropped-records-total')).toBe(1)
    expect(byTag(metrics, 'stream-task-metrics', 'restore-remaining-records-total', 'task-id')).toEqual({
      '0_0': 0,
      '0_1': 0,
    })
    expect(sum(metrics, 'stream-topic-metrics', 'records-consumed-total')).toBe(8)
    expect(sum(metrics, 'stream-topic-metrics', 'records-produced-total')).toBe(7)
    expect(
      new Set(
        metrics.filter(({ name }) => name === 'records-produced-total').map(({ tags }) => tags['topic']),
      ),
    ).toEqual(new Set([counts.name]))
    expect(sum(metrics, 'stream-topic-metrics', 'bytes-consumed-total')).toBeGreaterThan(8 * 40)
    expect(byTag(metrics, 'consumer-fetch-manager-metrics', 'records-lag', 'partition')).toEqual({
      0: 0,
      1: 0,
    })
    // The broker may know of a commit before the thread does.
    await until(async () => sum(await app.metrics(), 'stream-thread-metrics', 'commit-total') > 0, app)
    expect(sum(await app.metrics(), 'stream-thread-metrics', 'commit-latency-avg')).toBeGreaterThanOrEqual(0)
    expect(sum(metrics, 'stream-thread-metrics', 'task-created-total')).toBe(2)
    expect(sum(metrics, 'stream-state-metrics', 'store-size-bytes')).toBeGreaterThan(0)
  })

  test('say of the application what it is and does', async () => {
    const harness = openHarness()
    await harness.kafka.createTopics(1, clicks, counts)
    const app = harness.app(windowed)
    const own = async (): Promise<Record<string, unknown>> =>
      Object.fromEntries(
        (await app.metrics())
          .filter(({ group }) => group === 'stream-metrics')
          .map(({ name, value }) => [name, value]),
      )
    expect(await own()).toMatchObject({
      state: 'CREATED',
      'client-state': 0,
      'alive-stream-threads': 0,
      'failed-stream-threads': 0,
      'application-id': 'app',
      'recording-level': 0,
      'topology-description': windowed.describe(),
    })
    await app.start()
    expect(await own()).toMatchObject({ state: 'RUNNING', 'client-state': 2, 'alive-stream-threads': 1 })
    await app.close()
    expect(await own()).toMatchObject({ state: 'NOT_RUNNING', 'client-state': 4, 'alive-stream-threads': 0 })
  })

  test('have calls of stores, tasks and sources at debug', async () => {
    const app = await run(mapped, { metricsRecordingLevel: 'debug' })
    const metrics = await app.metrics()
    const puts = metrics.filter(({ group, name }) => group === 'stream-state-metrics' && name === 'put-rate')
    expect(puts.map(({ tags }) => [tags['task-id'], tags['lmdb-window-state-id']]).sort()).toEqual([
      ['0_0', 'counts-store'],
      ['0_1', 'counts-store'],
    ])
    for (const { value } of puts) expect(value).toBeGreaterThan(0)
    expect(sum(metrics, 'stream-state-metrics', 'fetch-latency-max')).toBeGreaterThan(0)
    expect(sum(metrics, 'stream-task-metrics', 'process-total')).toBe(8)
    expect(sum(metrics, 'stream-processor-node-metrics', 'process-total')).toBe(8)
    expect(byTag(metrics, 'millrace-metrics', 'records-total', 'mode')).toHaveProperty('record')
  })

  test('say of a cache how much of what was read it had', async () => {
    const app = await run(cached, { metricsRecordingLevel: 'debug', cacheMaxBytes: 2 ** 20, threads: 1 })
    const ratios = byTag(await app.metrics(), 'stream-record-cache-metrics', 'hit-ratio-max', 'task-id')
    expect(Object.keys(ratios).sort()).toEqual(['0_0', '0_1'])
    // Every user was looked for first in vain.
    for (const ratio of Object.values(ratios)) expect(ratio).toBeGreaterThan(0)
    for (const ratio of Object.values(ratios)) expect(ratio).toBeLessThan(1)
  })

  test('leave at info what is measured at debug, and measure nothing at off', async () => {
    const atInfo = await (await run(mapped)).metrics()
    expect(atInfo.filter(({ name }) => name === 'put-rate')).toEqual([])
    expect(sum(atInfo, 'stream-thread-metrics', 'process-total')).toBe(8)
    expect(await (await run(mapped, { metricsRecordingLevel: 'off' })).metrics()).toEqual([])
  })

  test('of several threads are told apart, and their sum is all', async () => {
    const app = await run(windowed, { threads: 2, heartbeatInterval: 10 })
    const metrics = await app.metrics()
    const totals = byTag(metrics, 'stream-thread-metrics', 'process-total', 'thread-id')
    expect(Object.keys(totals).sort()).toEqual(app.threads.map(({ name }) => name).sort())
    expect(sum(metrics, 'stream-thread-metrics', 'process-total')).toBe(8)
  })

  test('are text that Prometheus reads, with the names that alerts rely on', async () => {
    const app = await run(windowed)
    const families = parsePrometheus(await app.prometheus())
    for (const name of [
      'kafka_streams_commit_latency_avg',
      'kafka_streams_restore_time_total',
      'kafka_streams_state_store_size_bytes',
      'kafka_streams_failed_stream_threads',
      'kafka_consumer_fetch_manager_records_lag',
      'millrace_state_disk_used_ratio',
    ])
      expect(families.get(name)?.samples.length, name).toBeGreaterThan(0)
    const total = families.get('kafka_streams_process_total')!
    expect(total.type).toBe('counter')
    expect(total.samples.map(({ value }) => value)).toEqual([8])
  })
})
