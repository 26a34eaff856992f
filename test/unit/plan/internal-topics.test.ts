import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { windowStore } from '../../../src/dsl/stores.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { tumbling, unlimited } from '../../../src/dsl/windows.ts'
import { internalTopics, subtopologyPartitions } from '../../../src/plan/internal-topics.ts'
import { string } from '../../../src/serde/scalars.ts'
import { text } from '../dsl/topics.ts'

const partitions = (counts: Record<string, number>) => (name: string) => counts[name]

test('names, configs and partitions are those of Java', () => {
  const builder = new StreamsBuilder()
  const keyed = builder.stream(text).selectKey((value) => value, { key: string })
  keyed.groupByKey().count({ store: { name: 'all' } })
  builder
    .stream(text)
    .groupByKey()
    .windowedBy(tumbling('5m', { grace: '1m' }))
    .count({ store: { name: 'win' } })
  builder
    .stream(text)
    .groupByKey()
    .count({ store: { name: 'unlogged', changelog: 'off' } })
  expect(internalTopics(builder.build(), 'app', partitions({ in: 4 }))).toEqual([
    {
      kind: 'changelog',
      name: 'app-win-changelog',
      store: 'win',
      subtopology: 0,
      partitions: 4,
      config: {
        'cleanup.policy': 'compact,delete',
        'retention.ms': String(6 * 60_000 + 24 * 3_600_000),
        'message.timestamp.type': 'CreateTime',
      },
    },
    {
      kind: 'repartition',
      name: 'app-all-repartition',
      subtopology: 1,
      partitions: 4,
      config: {
        'cleanup.policy': 'delete',
        'retention.ms': '-1',
        'segment.bytes': '52428800',
        'message.timestamp.type': 'CreateTime',
      },
    },
    {
      kind: 'changelog',
      name: 'app-all-changelog',
      store: 'all',
      subtopology: 1,
      partitions: 4,
      config: { 'cleanup.policy': 'compact', 'message.timestamp.type': 'CreateTime' },
    },
  ])
})

test('what windows without end, stores of duplicates and stream joins have is what it is in Java', () => {
  const builder = new StreamsBuilder()
  const topicConfig = { 'cleanup.policy': 'compact' }
  const [stream, other] = [
    builder.stream(text),
    builder.stream(topic('other', { key: string, value: string })),
  ]
  stream
    .groupByKey()
    .windowedBy(unlimited())
    .count({ store: { name: 'endless' } })
  stream.join(other, (a, b) => `${a}${b}`, { within: '1m', storeName: 'j', store: { topicConfig } })
  const own = { key: string, value: string, windowSize: 1, retention: '1h', retainDuplicates: true } as const
  builder.addStateStore(windowStore('own', own))
  stream.process({ process: () => undefined }, { stores: ['own'] })
  const internal = internalTopics(builder.build(), 'app', partitions({ in: 4, other: 4 }))
  const configs = new Map(internal.map(({ store, config }) => [store, config]))
  expect(configs.get('endless')).toMatchObject({ 'retention.ms': '9223372036854775807' })
  expect(configs.get('j-this-join-store')).toMatchObject({ 'cleanup.policy': 'delete' })
  expect(configs.get('own')).toMatchObject({
    'cleanup.policy': 'compact,delete',
    'retention.ms': String(25 * 3_600_000),
  })
})

test('partitions go down a chain of repartitions', () => {
  const builder = new StreamsBuilder()
  const group = (name: string) =>
    builder
      .stream(topic(name, { key: string, value: string }))
      .selectKey((value) => value, { key: string })
      .groupByKey()
  group('a')
    .count({ store: { name: 'first' } })
    .toStream()
    .selectKey((count) => String(count), { key: string })
    .groupByKey()
    .count({ store: { name: 'second' } })
  group('b').count({ store: { name: 'third' } })
  const plan = builder.build()
  const counts = partitions({ a: 3, b: 7 })
  expect([...subtopologyPartitions(plan, counts).values()]).toEqual([3, 3, 3, 7, 7])
  expect(
    internalTopics(plan, 'x', counts)
      .filter(({ kind }) => kind === 'repartition')
      .map(({ name, partitions }) => [name, partitions]),
  ).toEqual([
    ['x-first-repartition', 3],
    ['x-second-repartition', 3],
    ['x-third-repartition', 7],
  ])
})

test('missing source topics are named, all at once', () => {
  const builder = new StreamsBuilder()
  for (const name of ['a', 'b', 'c']) builder.stream(topic(name, { key: string, value: string }))
  expect(() => internalTopics(builder.build(), 'app', partitions({ b: 1 }))).toThrowError(
    expect.objectContaining({ code: 'topic-missing', message: 'no such topic: a, c' }),
  )
})
