import { describe, expect, test } from 'vitest'
import type { RecordingLevel } from '../../../src/core/metrics-options.ts'
import { resolveOptions } from '../../../src/core/options.ts'
import { ManualClock } from '../../../src/core/time/clock.ts'
import { Count } from '../../../src/metrics/count.ts'
import { Rate } from '../../../src/metrics/rate.ts'
import { MetricRegistry } from '../../../src/metrics/registry.ts'
import { Total } from '../../../src/metrics/total.ts'

const group = 'stream-task-metrics'

function open(metricsRecordingLevel: RecordingLevel = 'info', clock = new ManualClock()): MetricRegistry {
  return new MetricRegistry(clock, resolveOptions({ applicationId: 'app', metricsRecordingLevel }))
}

describe('a registry', () => {
  test('tells figures of sensors and of readers, with the tags of their scope', () => {
    const registry = open()
    const scope = registry.scope({ 'thread-id': 't', 'task-id': '0_1' })
    const dropped = scope.sensor(group, { 'dropped-records-total': new Total() })
    scope.read((tell) => tell('stream-topic-metrics', 'records-consumed-total', 7, { topic: 'clicks' }))
    dropped.record(2, 0)
    dropped.record(3, 0)
    expect(registry.snapshot()).toEqual([
      {
        group,
        name: 'dropped-records-total',
        tags: { 'thread-id': 't', 'task-id': '0_1' },
        value: 5,
        description: 'The total number of dropped records.',
      },
      {
        group: 'stream-topic-metrics',
        name: 'records-consumed-total',
        tags: { 'thread-id': 't', 'task-id': '0_1', topic: 'clicks' },
        value: 7,
        description: 'The total number of records consumed from this topic.',
      },
    ])
  })

  test('measures by its own clock and window', () => {
    const clock = new ManualClock()
    const options = resolveOptions({ applicationId: 'app', metricsSampleWindow: '1s', metricsNumSamples: 3 })
    const registry = new MetricRegistry(clock, options)
    const dropped = registry.scope({}).sensor(group, { 'dropped-records-rate': new Rate() })
    dropped.record(6, clock.monotonic())
    expect(registry.snapshot()[0]!.value).toBe(3)
    clock.advance(3000)
    expect(registry.snapshot()[0]!.value).toBe(0)
  })

  test('forgets what belongs to a scope that was closed', () => {
    const registry = open()
    const [first, second] = [registry.scope({ 'task-id': '0_0' }), registry.scope({ 'task-id': '0_1' })]
    for (const scope of [first, second]) scope!.sensor(group, { 'dropped-records-total': new Count() })
    first!.close()
    expect(registry.snapshot().map(({ tags }) => tags)).toEqual([{ 'task-id': '0_1' }])
  })

  test('knows only what is in the catalog', () => {
    const scope = open().scope({})
    expect(() => scope.sensor(group, { 'made-up': new Count() })).toThrowError(/made-up/)
    scope.read((tell) => tell('no-such-group', 'process-total', 1))
    expect(() => scope.snapshot()).toThrowError(/no-such-group/)
  })
})

test('the recording level decides what is measured at all', () => {
  const names = (level: RecordingLevel): readonly string[] => {
    const registry = open(level)
    const scope = registry.scope({})
    const sensor = scope.sensor(group, { 'process-total': new Count() })
    scope.sensor(group, { 'dropped-records-total': new Count() }).record(1, 0)
    scope.read((tell) => tell(group, 'active-buffer-count', 1))
    scope.read((tell) => tell(group, 'restore-remaining-records-total', 1))
    expect(sensor.recorded).toBe(level === 'debug' || level === 'trace')
    return registry.snapshot().map(({ name }) => name)
  }
  const atInfo = ['dropped-records-total', 'restore-remaining-records-total']
  expect(names('off')).toEqual([])
  expect(names('info')).toEqual(atInfo)
  const all = [
    'process-total',
    'dropped-records-total',
    'active-buffer-count',
    'restore-remaining-records-total',
  ]
  expect(names('debug')).toEqual(all)
  expect(names('trace')).toEqual(all)
})

test('options that make no sense are told together', () => {
  const wrong = { metricsRecordingLevel: 'loud' as 'info', metricsSampleWindow: 0, metricsNumSamples: 0 }
  expect(() => resolveOptions({ applicationId: 'app', ...wrong })).toThrowError(
    [
      `metricsRecordingLevel: "loud" is not 'off', 'info', 'debug' or 'trace'`,
      'metricsSampleWindow: at least 1 ms is needed',
      'metricsNumSamples: not a whole number of at least 1',
    ].join('\n'),
  )
})
