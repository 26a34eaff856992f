import { describe, expect, test } from 'vitest'
import { SourceTopics } from '../../../src/assign/source-topics.ts'
import type { Client, NewTopic, TopicDescription } from '../../../src/client/client.ts'
import { type Logger, silentLogger } from '../../../src/core/logger.ts'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic, topicPattern } from '../../../src/dsl/topic.ts'
import { usualTopicSettings } from '../../../src/plan/internal-topic-configs.ts'
import { string } from '../../../src/serde/scalars.ts'

const text = { key: string, value: string }

interface Known {
  /** Partitions by topic: the cluster. */
  readonly cluster: Map<string, number>
  readonly topics: SourceTopics
  readonly warnings: string[]
}

function known(build: (builder: StreamsBuilder) => void, cluster: Readonly<Record<string, number>>): Known {
  const partitions = new Map(Object.entries(cluster))
  const describe = (names: Iterable<string>): ReadonlyMap<string, TopicDescription> =>
    new Map(
      [...names]
        .filter((name) => partitions.has(name))
        .map((name) => [name, { name, id: name, partitions: partitions.get(name)! }]),
    )
  const client = {
    topics: async (names: readonly string[]) => describe(names),
    listTopics: async () => describe(partitions.keys()),
    createTopics: async (topics: readonly NewTopic[]) => {
      for (const one of topics) partitions.set(one.name, one.partitions)
    },
  } as Partial<Client> as Client
  const builder = new StreamsBuilder()
  build(builder)
  const warnings: string[] = []
  const logger: Logger = { ...silentLogger, warn: (_facts, message) => warnings.push(message) }
  const options = {
    plan: builder.build(),
    applicationId: 'app',
    client,
    replicationFactor: 1,
    internalTopics: usualTopicSettings,
    logger,
  }
  return { cluster: partitions, topics: new SourceTopics(options), warnings }
}

const byPattern = (b: StreamsBuilder): void => {
  b.stream(topicPattern(/p-.*/, text))
    .selectKey((value) => value, { key: string })
    .groupByKey()
    .count({ store: { name: 'n' } })
  b.stream(topic('named', text)).foreach(() => {})
}
const byName = (b: StreamsBuilder): void => b.stream(topic('named', text)).foreach(() => {})

describe('the subscription', () => {
  test('without patterns names every source, whether it exists or not', async () => {
    const { topics } = known(byName, {})
    await topics.refresh()
    expect(topics.names).toEqual(['named'])
  })

  test('with patterns names what exists: matched, named, and internal', async () => {
    const { topics, cluster } = known(byPattern, { 'p-2': 1, 'p-1': 1, q: 1 })
    await topics.refresh()
    expect(topics.names).toEqual(['p-1', 'p-2'])
    cluster.set('named', 1).set('app-n-repartition', 1).set('app-n-changelog', 1)
    await topics.refresh()
    expect(topics.names).toEqual(['app-n-repartition', 'named', 'p-1', 'p-2'])
  })

  test('a pattern that nothing matches is told', async () => {
    const { topics, cluster, warnings } = known(byPattern, { named: 1 })
    await topics.refresh()
    expect(warnings).toEqual(['KSTREAM-SOURCE-0000000000: no topic matches /p-.*/ yet'])
    cluster.set('p-1', 1)
    await topics.refresh()
    expect(warnings).toHaveLength(1)
  })
})

describe('the leader', () => {
  test('gives tasks the partitions that their topics have', async () => {
    const { topics, cluster } = known(byPattern, { 'p-1': 1, 'p-2': 3, named: 2 })
    await topics.refresh()
    expect([...(await topics.prepare())]).toEqual([
      [0, 3],
      [1, 3],
      [2, 2],
    ])
    expect(cluster.get('app-n-repartition')).toBe(3)
    const input = (name: string, partition: number) => ({ topic: name, partition })
    expect(topics.inputsOf({ subtopology: 0, partition: 0 })).toEqual([input('p-1', 0), input('p-2', 0)])
    expect(topics.inputsOf({ subtopology: 0, partition: 2 })).toEqual([input('p-2', 2)])
    expect(topics.inputsOf({ subtopology: 1, partition: 2 })).toEqual([input('app-n-repartition', 2)])
  })

  test('without any topic has no tasks, and makes no internal topics', async () => {
    const { topics, cluster } = known(byPattern, { named: 2 })
    await topics.refresh()
    expect([...(await topics.prepare()).values()]).toEqual([0, 0, 0])
    expect([...cluster.keys()]).toEqual(['named'])
  })

  test('refuses a named topic that does not exist', async () => {
    const { topics } = known(byPattern, { 'p-1': 1 })
    await topics.refresh()
    await expect(topics.prepare()).rejects.toMatchObject({
      code: 'topic-missing',
      message: 'no such topic: named',
    })
  })

  test('refuses internal topics of another size', async () => {
    const { topics } = known(byPattern, { 'p-1': 2, named: 1, 'app-n-changelog': 3 })
    await topics.refresh()
    await expect(topics.prepare()).rejects.toMatchObject({
      code: 'topic-mismatch',
      message: 'internal topic app-n-changelog has 3 partitions, but the topology needs 2',
    })
  })
})

test('a topic that two patterns match is refused', async () => {
  const { topics } = known(
    (b) => {
      b.stream(topicPattern(/p.*/, text))
      b.stream(topicPattern(/.*q/, text))
    },
    { pq: 1 },
  )
  await expect(topics.refresh()).rejects.toMatchObject({ code: 'topology-invalid' })
})

describe('a rebalance is due', () => {
  test('for every member when patterns match other topics, and when a named one appears', async () => {
    const { topics, cluster } = known(byPattern, { 'p-1': 1 })
    await topics.refresh()
    expect(await topics.changed()).toBe(false)
    for (const name of ['p-2', 'named']) {
      cluster.set(name, 1)
      expect(await topics.changed(), name).toBe(true)
      await topics.refresh()
      expect(await topics.changed(), name).toBe(false)
    }
    cluster.delete('p-1')
    expect(await topics.changed()).toBe(true)
  })

  test('not when other topics come, the internal ones among them', async () => {
    const { topics, cluster } = known(byPattern, { 'p-1': 1, named: 1 })
    await topics.refresh()
    await topics.prepare()
    expect(cluster.has('app-n-repartition')).toBe(true)
    cluster.set('q', 1)
    expect(await topics.changed()).toBe(false)
  })

  test.each([
    ['by pattern', byPattern, 'p-1'],
    ['by name', byName, 'named'],
  ])('for the leader when a topic %s has more partitions', async (_, build, name) => {
    const { topics, cluster } = known(build, { 'p-1': 1, named: 1 })
    await topics.refresh()
    cluster.set(name, 2)
    expect(await topics.changed()).toBe(false)
    await topics.refresh()
    await topics.prepare()
    expect(await topics.changed()).toBe(false)
    cluster.set(name, 3)
    expect(await topics.changed()).toBe(true)
    // It joins again, and another member leads.
    await topics.refresh()
    cluster.set(name, 4)
    expect(await topics.changed()).toBe(false)
  })

  test('not when a named topic is not there for a moment', async () => {
    const { topics, cluster } = known(byName, { named: 1 })
    await topics.refresh()
    await topics.prepare()
    cluster.delete('named')
    expect(await topics.changed()).toBe(false)
  })
})
