import { expect, test } from 'vitest'
import { silentLogger } from '../../../src/core/logger.ts'
import { applicationId, openHarness, until } from './harness.ts'
import { clicks, counts, windowed } from './topologies.ts'

test('a changelog that was made without compaction is told; the application runs all the same', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (_: object, text: string) => warnings.push(text) }
  const before = await harness.started(windowed, { logger })
  const store = windowed.plan.subtopologies[0]!.stores[0]!.name
  const changelog = `${applicationId}-${store}-changelog`
  expect((await harness.client.topics([changelog])).has(changelog)).toBe(true)
  await before.close()
  await harness.client.admin.deleteTopics([changelog])
  const configs = { 'cleanup.policy': 'delete' }
  await harness.client.createTopics([{ name: changelog, partitions: 1, replicationFactor: -1, configs }])
  const told = `internal topic ${changelog}: cleanup.policy is delete, so it deletes rows that are to be restored: make it compact,delete`
  expect(warnings).not.toContain(told)
  const app = await harness.started(windowed, { logger })
  await until(() => warnings.includes(told), app)
})

test('topics get what the application says of all of them', async () => {
  const harness = openHarness()
  await harness.kafka.createTopics(1, clicks, counts)
  await harness.started(windowed, {
    topic: { 'min.insync.replicas': 2 },
    windowChangelogAdditionalRetention: '1h',
  })
  const store = windowed.plan.subtopologies[0]!.stores[0]!
  const changelog = `${applicationId}-${store.name}-changelog`
  const configs = await harness.client.admin.topicConfigs([changelog])
  const retentionMs = 'retentionMs' in store ? store.retentionMs : Number.NaN
  expect(configs.get(changelog)).toMatchObject({
    'min.insync.replicas': '2',
    'retention.ms': String(retentionMs + 3_600_000),
  })
})
