import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { topic } from '../../src/dsl/topic.ts'
import { topology } from '../../src/dsl/topology.ts'
import { tumbling } from '../../src/dsl/windows.ts'
import { field } from '../../src/expr/build.ts'
import { json } from '../../src/serde/json.ts'
import { long, string } from '../../src/serde/scalars.ts'
import { timeWindowed } from '../../src/serde/windowed.ts'
import { partitionsOf, readCommitted } from '../crash/topic-log.ts'
import { type AppHarness, happeningsIn, openHarness, partitions, until } from './app-harness.ts'

const dayMs = 86_400_000

/** What differs from the broker's defaults. */
async function configsOf(harness: AppHarness, name: string): Promise<Readonly<Record<string, string>>> {
  const kafka = new Kafka({ brokers: [...harness.brokers], clientId: 'app-test', logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name }],
    })
    const own = resources[0]!.configEntries.filter((entry) => sourceOf(entry) === topicConfig)
    return Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]))
  } finally {
    await admin.disconnect()
  }
}

/** DescribeConfigs' source DYNAMIC_TOPIC_CONFIG. */
const topicConfig = 1

function sourceOf(entry: object): unknown {
  return 'configSource' in entry ? entry.configSource : undefined
}

describe('internal topics are those of Kafka Streams', () => {
  test('the changelog of a windowed count', async () => {
    const harness = await openHarness()
    const app = harness.app('only', harness.topology)
    await app.start()
    expect(await configsOf(harness, harness.changelog)).toEqual({
      'cleanup.policy': 'compact,delete',
      'message.timestamp.type': 'CreateTime',
      'retention.ms': String(6 * 60_000 + dayMs),
    })
    expect((await harness.client.topics([harness.changelog])).get(harness.changelog)?.partitions).toBe(
      partitions,
    )
  })

  test('a repartition topic, and the changelog of a count without windows', async () => {
    const harness = await openHarness()
    const repartitioned = topology(import.meta.url, (b) => {
      const value = json<{ userId: string }>()
      const byUser = b
        .stream(topic(harness.clicks.name, { key: string, value }))
        .selectKey(field('userId'), { key: string })
      const counts = byUser.groupByKey({ value }).count({ store: { name: 'per-user' } })
      counts.toStream().to(harness.counts)
      return { counts }
    })
    const app = harness.app('only', repartitioned)
    await app.start()
    expect(await configsOf(harness, `${harness.name}-per-user-repartition`)).toEqual({
      'cleanup.policy': 'delete',
      'message.timestamp.type': 'CreateTime',
      'retention.ms': '-1',
      'segment.bytes': '52428800',
    })
    expect(await configsOf(harness, `${harness.name}-per-user-changelog`)).toEqual({
      'cleanup.policy': 'compact',
      'message.timestamp.type': 'CreateTime',
    })
    await harness.click('ann', 'bob', 'ann')
    await until(async () => (await app.store('counts').get('ann')) === 2, app)
    await app.close()
    expect(await harness.updates()).toEqual(
      new Map([
        ['ann', [1, 2]],
        ['bob', [1]],
      ]),
    )
  })
})

// Recorded from Kafka Streams 4.3.1: a count in windows of 20 ms without grace.
const input = [
  ['x', 5],
  ['y', 3],
  ['y', 25],
  ['late', 1],
] as const
const changelog = [
  ['61000000000000000000000000', '0000000000000001', 5],
  ['61000000000000000000000000', '0000000000000002', 5],
  ['61000000000000001400000000', '0000000000000001', 25],
]
const output = [
  ['610000000000000000', '0000000000000001', 5],
  ['610000000000000000', '0000000000000002', 5],
  ['610000000000000014', '0000000000000001', 25],
]

test.each(['auto', 'off'] as const)("kernel: %s: Java's bytes in changelog and output", async (kernel) => {
  const harness = await openHarness()
  const text = topic(`${harness.name}-in`, { key: string, value: string })
  const windowed = topic(`${harness.name}-out`, { key: timeWindowed(string, 20), value: long })
  await harness.createTopics(text.name, windowed.name)
  const count = topology(import.meta.url, (b) => {
    const grouped = b.stream(text).groupByKey().windowedBy(tumbling(20))
    grouped
      .count({ store: { changelog: 'each' } })
      .toStream()
      .to(windowed)
  })
  await harness.send(
    text.name,
    input.map(([value, timestamp]) => ({ key: utf8('a'), value: utf8(value), timestamp })),
  )
  const app = harness.app('only', count, { kernel })
  const happened = happeningsIn(app)
  const dropped: string[] = []
  app.on('dropped', ({ reason }) => dropped.push(reason))
  await app.start()
  await until(() => happened.includes('committed') && dropped.length > 0, app)
  await app.close()
  // Java burns an index more for store options without a name.
  const store = 'KSTREAM-AGGREGATE-STATE-STORE-0000000002'
  expect(await recordsIn(harness, `${harness.name}-${store}-changelog`)).toEqual(changelog)
  expect(await recordsIn(harness, windowed.name)).toEqual(output)
  expect(dropped).toEqual(['late'])
})

async function recordsIn(harness: AppHarness, name: string): Promise<unknown[]> {
  const records: unknown[] = []
  await readCommitted(harness.client, partitionsOf(name, partitions), (_, { key, value, timestamp }) =>
    records.push([Buffer.from(key!).toString('hex'), Buffer.from(value!).toString('hex'), timestamp]),
  )
  return records
}
