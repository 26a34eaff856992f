import { expect, test } from 'vitest'
import {
  changelogConfig,
  repartitionConfig,
  usualTopicSettings,
} from '../../../src/plan/internal-topic-configs.ts'
import type { StoreSpec } from '../../../src/plan/store-spec.ts'

const settings = {
  topic: { 'retention.ms': '1', 'segment.bytes': '7', 'cleanup.policy': 'compact' },
  windowChangelogAdditionalRetentionMs: 1000,
}
const spec = (store: Partial<StoreSpec>): StoreSpec => store as StoreSpec

test('what is said of all topics goes before the usual, and what is said of one before both', () => {
  expect(
    changelogConfig(spec({ kind: 'key-value', topicConfig: { 'segment.bytes': '9' } }), settings),
  ).toMatchObject({
    'retention.ms': '1',
    'segment.bytes': '9',
    'cleanup.policy': 'compact',
  })
  expect(repartitionConfig(settings)).toMatchObject({ 'segment.bytes': '7', 'retention.ms': '1' })
  expect(repartitionConfig(usualTopicSettings)).toMatchObject({
    'segment.bytes': '52428800',
    'retention.ms': '-1',
  })
})

test('how long a store needs its records is not shortened by what is said of all topics', () => {
  const window = spec({ kind: 'window', retentionMs: 500 } as Partial<StoreSpec>)
  expect(changelogConfig(window, settings)['retention.ms']).toBe('1500')
  const own = spec({
    kind: 'window',
    retentionMs: 500,
    topicConfig: { 'retention.ms': '3' },
  } as Partial<StoreSpec>)
  expect(changelogConfig(own, settings)['retention.ms']).toBe('3')
})
