import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import { expect, test } from 'vitest'
import type { KStream } from '../../src/dsl/stream.ts'
import { topic } from '../../src/dsl/topic.ts'
import { type Tables, type Topology, topology } from '../../src/dsl/topology.ts'
import { hopping, session, sliding, tumbling, unlimited } from '../../src/dsl/windows.ts'
import { untilWindowCloses } from '../../src/index.ts'
import { string } from '../../src/serde/scalars.ts'
import { type AppHarness, openHarness } from './app-harness.ts'
import { startProgram, stopJava } from './java-peer.ts'

// Every kind of internal topic, made by Java Kafka Streams and by Millrace, as the broker has it then.

const both = (left: string | null, right: string | null): string => `${left}${right}`

/** As in test/java/Topics.java. */
function topicsOf(prefix: string): {
  readonly topology: Topology<Tables>
  readonly inputs: readonly string[]
} {
  const text = (name: string) => topic(`${prefix}${name}`, { key: string, value: string })
  const inputs = ['left', 'right', 'table', 'versions']
  const built = topology(import.meta.url, (b) => {
    const left = b.stream(text('left'))
    const right = b.stream(text('right'))
    aggregations(left)
    joins(left, right)
    const table = b.table(text('table'), { store: { name: 'table-store' } })
    const versions = b.table(text('versions'), {
      store: { name: 'versions-store', versioned: { history: '1h' } },
    })
    left.join(versions, both, { name: 'lookup', grace: '1m', key: string, value: string })
    table.join(versions, both, { foreignKey: (value) => value, name: 'foreign', value: string, store: {} })
    return {}
  })
  return { topology: built, inputs: inputs.map((name) => `${prefix}${name}`) }
}

function aggregations(stream: KStream<string, string>): void {
  const grouped = stream.groupByKey()
  grouped.count({ store: { name: 'key-value' } })
  grouped.count({ store: { name: 'in-memory', kind: 'memory' } })
  grouped.count({ store: { name: 'lru', kind: 'memory', maxEntries: 10 } })
  grouped.windowedBy(tumbling('1m', { grace: '1m' })).count({ store: { name: 'tumbling' } })
  grouped.windowedBy(hopping('1h', { advance: '1m' })).count({ store: { name: 'hopping', retention: '5h' } })
  grouped.windowedBy(sliding('1m', { grace: '1m' })).count({ store: { name: 'sliding' } })
  grouped.windowedBy(session('1m', { grace: '1m' })).count({ store: { name: 'session' } })
  grouped.windowedBy(unlimited()).count({ store: { name: 'unlimited' } })
  grouped
    .windowedBy(tumbling('1m'))
    .count({ store: { name: 'last' } })
    .suppress(untilWindowCloses(), { name: 'suppressed' })
  const topicConfig = { 'retention.ms': '5000000', 'cleanup.policy': 'compact,delete' }
  grouped.count({ store: { name: 'configured', topicConfig } })
  grouped.count({ store: { name: 'unlogged', changelog: 'off' } })
  stream
    .selectKey((value) => value, { key: string })
    .groupByKey({ name: 'by-value' })
    .count({ store: { name: 'per-value' } })
  stream
    .repartition({ name: 'wide', partitions: 3 })
    .groupByKey()
    .count({ store: { name: 'wide-count' } })
}

function joins(left: KStream<string, string>, right: KStream<string, string>): void {
  const within = { within: '1m', grace: '1m', key: string, value: string, otherValue: string } as const
  left.join(right, both, { ...within, name: 'inner', storeName: 'inner-store' })
  left.leftJoin(right, both, { ...within, name: 'left', storeName: 'left-store' })
  left.outerJoin(right, both, { ...within, name: 'outer', storeName: 'outer-store' })
}

interface Described {
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
}

/** By name without the application id. */
async function internalTopics(
  harness: AppHarness,
  applicationId: string,
): Promise<Readonly<Record<string, Described>>> {
  const own = [...(await harness.client.listTopics()).values()].filter(
    ({ name }) => name.startsWith(`${applicationId}-`) && /-(changelog|repartition|topic)$/.test(name),
  )
  const configs = await configsOf(
    harness,
    own.map(({ name }) => name),
  )
  return Object.fromEntries(
    own
      .map(({ name, partitions }): [string, Described] => [
        name.slice(applicationId.length + 1),
        { partitions, configs: configs.get(name)! },
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** DescribeConfigs' source DYNAMIC_TOPIC_CONFIG: what was asked for, not the broker's defaults. */
const topicConfig = 1

async function configsOf(
  { brokers }: AppHarness,
  names: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'topics', logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
    })
    return new Map(
      resources.map(({ resourceName, configEntries }) => {
        const own = configEntries.filter(
          (entry) => 'configSource' in entry && entry.configSource === topicConfig,
        )
        return [resourceName, Object.fromEntries(own.map((entry) => [entry.configName, entry.configValue]))]
      }),
    )
  } finally {
    await admin.disconnect()
  }
}

test('partitions and configs of all internal topics are those that Java creates', {
  timeout: 180_000,
}, async () => {
  const harness = await openHarness()
  const prefix = `${harness.name}-in-`
  const { topology: built, inputs } = topicsOf(prefix)
  const create = inputs.map((name) => ({ name, partitions: 2, replicationFactor: 1, configs: {} }))
  await harness.client.createTopics(create)
  const applicationId = `java-${harness.name}`
  const describe = (): string => built.describe()
  const java = await startProgram(harness, 'Topics.java', { applicationId, prefix, state: 'java', describe })
  const app = harness.app('millrace', built)
  await app.start()
  const expected = await internalTopics(harness, applicationId)
  const found = await internalTopics(harness, harness.name)
  expect(Object.keys(found)).toEqual(Object.keys(expected))
  for (const [name, described] of Object.entries(expected)) expect(found[name], name).toEqual(described)
  expect(Object.keys(expected)).toEqual(
    expect.arrayContaining([
      'foreign-subscription-registration-topic',
      'outer-store-outer-shared-join-store-changelog',
      'suppressed-store-changelog',
      'versions-store-changelog',
      'wide-repartition',
    ]),
  )
  await app.close()
  await stopJava(java)
})
