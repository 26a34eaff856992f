import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { KafkaStreams } from '../../src/app/kafka-streams.ts'
import type { Tables } from '../../src/dsl/topology.ts'
import type { Metric } from '../../src/metrics/metric.ts'
import { parsePrometheus } from '../unit/metrics/prometheus-parser.ts'
import { openHarness, partitions, until } from './app-harness.ts'
import type * as jobs from './threads/jobs.ts'
import { compiled, listen, workerApp } from './worker-apps.ts'

type App = Pick<KafkaStreams<Tables>, 'error' | 'on' | 'metrics' | 'prometheus' | 'threads'>

const users = Array.from({ length: 40 }, (_, i) => `user${i}`)

function valuesOf(metrics: readonly Metric[], group: string, name: string): readonly number[] {
  return metrics
    .filter((metric) => metric.group === group && metric.name === name)
    .map(({ value }) => value as number)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** The figures of a run in which so many records were read and counted. */
async function checkRun(app: App, records: number, commits: number, threads: number): Promise<void> {
  const metrics = await app.metrics()
  const ofThreads = (name: string): readonly number[] => valuesOf(metrics, 'stream-thread-metrics', name)
  expect(ofThreads('process-total')).toHaveLength(threads)
  expect(sum(ofThreads('process-total'))).toBe(records)
  expect(sum(ofThreads('commit-total'))).toBe(commits)
  for (const average of ofThreads('commit-latency-avg')) expect(average).toBeGreaterThan(0)
  expect(sum(ofThreads('task-created-total')) - sum(ofThreads('task-closed-total'))).toBe(partitions)
  expect(sum(valuesOf(metrics, 'millrace-metrics', 'records-total'))).toBe(records)
  expect(sum(valuesOf(metrics, 'stream-topic-metrics', 'records-consumed-total'))).toBe(records)
  expect(sum(valuesOf(metrics, 'stream-topic-metrics', 'records-produced-total'))).toBe(records)
  expect(valuesOf(metrics, 'consumer-fetch-manager-metrics', 'records-lag')).toEqual(
    Array(partitions).fill(0),
  )
  expect(sum(valuesOf(metrics, 'stream-task-metrics', 'dropped-records-total'))).toBe(0)
  const threadsTold = new Set(metrics.flatMap(({ tags }) => tags['thread-id'] ?? []))
  expect(threadsTold).toEqual(new Set(app.threads.map(({ name }) => name)))
  const families = parsePrometheus(await app.prometheus())
  const total = families.get('kafka_streams_process_total')!.samples
  expect(sum(total.map(({ value }) => value))).toBe(records)
}

test('one thread counts what it did', async () => {
  const harness = await openHarness()
  const app = harness.app('one', harness.topology)
  const commits = listen(app, 'committed')
  await app.start()
  for (let i = 0; i < 3; i++) {
    await harness.click(...users)
    await harness.caughtUp(app)
  }
  await until(() => sum(commits.map(({ records }) => records)) === 3 * users.length, app)
  await checkRun(app, 3 * users.length, commits.length, 1)
})

test('two worker threads are asked by message, and their sum is all', async () => {
  const { clickCount } = await compiled<typeof jobs>('test/integration/threads/jobs.js')
  const harness = await openHarness()
  const app = workerApp(harness, 'one', clickCount.withArgs({ name: harness.name }))
  const commits = listen(app, 'committed')
  await app.start()
  await harness.click(...users)
  await harness.caughtUp(app)
  await until(() => sum(commits.map(({ records }) => records)) === users.length, app)
  await checkRun(app, users.length, commits.length, 2)
})

test('restoring is told: records, time and size of what was restored', async () => {
  const harness = await openHarness()
  const first = harness.app('one', harness.topology)
  await first.start()
  await harness.click(...users)
  await harness.caughtUp(first)
  await first.close()
  rmSync(join(harness.folder, 'one'), { recursive: true })
  const app = harness.app('one', harness.topology, { metricsRecordingLevel: 'debug' })
  await app.start()
  const metrics = await app.metrics()
  expect(sum(valuesOf(metrics, 'stream-task-metrics', 'restore-total'))).toBe(users.length)
  expect(sum(valuesOf(metrics, 'stream-task-metrics', 'restore-remaining-records-total'))).toBe(0)
  expect(sum(valuesOf(metrics, 'stream-thread-metrics', 'restore-time-total'))).toBeGreaterThan(0)
  expect(sum(valuesOf(metrics, 'stream-state-metrics', 'store-size-bytes'))).toBeGreaterThan(0)
})
