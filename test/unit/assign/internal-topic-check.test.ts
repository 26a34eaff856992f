import { expect, test } from 'vitest'
import { InternalTopicCheck, topicProblems } from '../../../src/assign/internal-topic-check.ts'
import type { Client } from '../../../src/client/client.ts'
import { StreamsError } from '../../../src/core/errors.ts'
import { silentLogger } from '../../../src/core/logger.ts'
import type { InternalTopic } from '../../../src/plan/internal-topics.ts'

function topic(kind: InternalTopic['kind'], config: Readonly<Record<string, string>>): InternalTopic {
  return { kind, name: 'app-counts-changelog', partitions: 1, config, subtopology: 0 }
}

const plain = topic('changelog', { 'cleanup.policy': 'compact' })
const windowed = topic('changelog', { 'cleanup.policy': 'compact,delete', 'retention.ms': '5000' })
const versioned = topic('changelog', { 'cleanup.policy': 'compact', 'min.compaction.lag.ms': '5000' })
const repartition = topic('repartition', { 'cleanup.policy': 'delete', 'retention.ms': '-1' })

test('topics as the library makes them are right', () => {
  for (const one of [plain, windowed, versioned, repartition])
    expect(topicProblems(one, one.config)).toEqual([])
  expect(topicProblems(windowed, { 'cleanup.policy': 'compact' })).toEqual([])
  expect(topicProblems(windowed, { 'cleanup.policy': 'compact,delete', 'retention.ms': '-1' })).toEqual([])
  expect(topicProblems(plain, {})).toEqual([])
})

test('a changelog that is not compacted, or deletes', () => {
  const told = 'so it deletes rows that are to be restored: make it compact'
  expect(topicProblems(plain, { 'cleanup.policy': 'delete' })).toEqual([`cleanup.policy is delete, ${told}`])
  expect(topicProblems(plain, { 'cleanup.policy': 'compact,delete' })).toEqual([
    `cleanup.policy is compact,delete, ${told}`,
  ])
  expect(topicProblems(windowed, { 'cleanup.policy': 'delete' })).toHaveLength(1)
})

test('a window changelog that keeps too little, and old versions that go too soon', () => {
  expect(
    topicProblems(windowed, {
      'cleanup.policy': 'compact,delete',
      'retention.ms': '4999',
      'retention.bytes': '100',
    }),
  ).toEqual([
    'retention.ms is 4999, but the store needs 5000: what is deleted sooner cannot be restored',
    'retention.bytes is 100: what it deletes is lost; make it -1',
  ])
  expect(topicProblems(versioned, { 'cleanup.policy': 'compact', 'min.compaction.lag.ms': '0' })).toEqual([
    'min.compaction.lag.ms is 0, but the store needs 5000: old versions may be compacted away',
  ])
})

test('a repartition topic that is compacted, or forgets', () => {
  expect(topicProblems(repartition, { 'cleanup.policy': 'compact' })[0]).toContain('make it delete')
  expect(topicProblems(repartition, { 'cleanup.policy': 'delete', 'retention.ms': '604800000' })).toEqual([
    'retention.ms is 604800000: what was not read within it is lost; make it -1',
  ])
})

function check(topicConfigs: Client['admin']['topicConfigs']) {
  const warnings: string[] = []
  const debug: string[] = []
  const logger = {
    ...silentLogger,
    warn: (_: object, text: string) => warnings.push(text),
    debug: (_: object, text: string) => debug.push(text),
  }
  const client = { admin: { topicConfigs } } as Partial<Client> as Client
  return { look: new InternalTopicCheck(client, logger), warnings, debug }
}

test('each topic is looked at once', async () => {
  const asked: (readonly string[])[] = []
  const { look, warnings } = check(async (names) => {
    asked.push(names)
    return new Map([[plain.name, { 'cleanup.policy': 'delete' }]])
  })
  await look.look([plain])
  await look.look([plain])
  expect(asked).toEqual([[plain.name]])
  expect(warnings).toEqual([
    'internal topic app-counts-changelog: cleanup.policy is delete, so it deletes rows that are to be restored: make it compact',
  ])
})

test('who may not describe configs is not disturbed', async () => {
  const { look, warnings, debug } = check(async () => {
    throw new StreamsError('protocol-error', 'TOPIC_AUTHORIZATION_FAILED')
  })
  await look.look([plain])
  expect([warnings, debug]).toEqual([[], ['the configs of internal topics could not be read']])
})
