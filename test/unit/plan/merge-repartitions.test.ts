import { expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { describePlan } from '../../../src/plan/describe.ts'
import { internalTopics } from '../../../src/plan/internal-topics.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { string } from '../../../src/serde/scalars.ts'
import { planned } from './planned.ts'

const text = (name: string) => topic(name, { key: string, value: string })
const serdes = { key: string, value: string }
const join = { within: 10, key: string, value: string, otherValue: string }
const concat = (left: string, right: string | null) => left + String(right)

/** Expected texts of `describe` are what Java Kafka Streams 4.3.1 printed, unless a test says otherwise. */
const described = (build: (builder: StreamsBuilder) => void): string => describePlan(planned('all', build))

test('repartitions of one changed key become one, but for those behind changed values', () => {
  expect(
    described((b) => {
      const keyed = b.stream(text('in')).selectKey((value) => value, { key: string })
      keyed
        .filter(() => true)
        .groupByKey()
        .count({ store: { name: 'one' } })
        .toStream()
        .mapValues((count) => String(count), { value: string })
        .to(text('o1'))
      keyed.groupByKey().reduce((_, value) => value)
      keyed
        .mapValues((value) => value, { value: string })
        .groupByKey()
        .count()
      keyed
        .peek(() => {})
        .join(b.stream(text('other')), concat, join)
        .to(text('o2'))
    }),
  ).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-KEY-SELECT-0000000001
    Processor: KSTREAM-KEY-SELECT-0000000001 (stores: [])
      --> KSTREAM-MAPVALUES-0000000015, one-repartition-filter
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-MAPVALUES-0000000015 (stores: [])
      --> KSTREAM-FILTER-0000000019
      <-- KSTREAM-KEY-SELECT-0000000001
    Processor: KSTREAM-FILTER-0000000019 (stores: [])
      --> KSTREAM-SINK-0000000018
      <-- KSTREAM-MAPVALUES-0000000015
    Processor: one-repartition-filter (stores: [])
      --> one-repartition-sink
      <-- KSTREAM-KEY-SELECT-0000000001
    Sink: KSTREAM-SINK-0000000018 (topic: KSTREAM-AGGREGATE-STATE-STORE-0000000016-repartition)
      <-- KSTREAM-FILTER-0000000019
    Sink: one-repartition-sink (topic: one-repartition)
      <-- one-repartition-filter

  Sub-topology: 1
    Source: one-repartition-source (topics: [one-repartition])
      --> KSTREAM-FILTER-0000000002, KSTREAM-PEEK-0000000021, KSTREAM-REDUCE-0000000011
    Processor: KSTREAM-FILTER-0000000002 (stores: [])
      --> KSTREAM-AGGREGATE-0000000003
      <-- one-repartition-source
    Processor: KSTREAM-PEEK-0000000021 (stores: [])
      --> KSTREAM-WINDOWED-0000000026
      <-- one-repartition-source
    Source: KSTREAM-SOURCE-0000000022 (topics: [other])
      --> KSTREAM-WINDOWED-0000000027
    Processor: KSTREAM-AGGREGATE-0000000003 (stores: [one])
      --> KTABLE-TOSTREAM-0000000007
      <-- KSTREAM-FILTER-0000000002
    Processor: KSTREAM-WINDOWED-0000000026 (stores: [KSTREAM-JOINTHIS-0000000028-store])
      --> KSTREAM-JOINTHIS-0000000028
      <-- KSTREAM-PEEK-0000000021
    Processor: KSTREAM-WINDOWED-0000000027 (stores: [KSTREAM-JOINOTHER-0000000029-store])
      --> KSTREAM-JOINOTHER-0000000029
      <-- KSTREAM-SOURCE-0000000022
    Processor: KSTREAM-JOINOTHER-0000000029 (stores: [KSTREAM-JOINTHIS-0000000028-store])
      --> KSTREAM-MERGE-0000000030
      <-- KSTREAM-WINDOWED-0000000027
    Processor: KSTREAM-JOINTHIS-0000000028 (stores: [KSTREAM-JOINOTHER-0000000029-store])
      --> KSTREAM-MERGE-0000000030
      <-- KSTREAM-WINDOWED-0000000026
    Processor: KTABLE-TOSTREAM-0000000007 (stores: [])
      --> KSTREAM-MAPVALUES-0000000008
      <-- KSTREAM-AGGREGATE-0000000003
    Processor: KSTREAM-MAPVALUES-0000000008 (stores: [])
      --> KSTREAM-SINK-0000000009
      <-- KTABLE-TOSTREAM-0000000007
    Processor: KSTREAM-MERGE-0000000030 (stores: [])
      --> KSTREAM-SINK-0000000031
      <-- KSTREAM-JOINTHIS-0000000028, KSTREAM-JOINOTHER-0000000029
    Processor: KSTREAM-REDUCE-0000000011 (stores: [KSTREAM-REDUCE-STATE-STORE-0000000010])
      --> none
      <-- one-repartition-source
    Sink: KSTREAM-SINK-0000000009 (topic: o1)
      <-- KSTREAM-MAPVALUES-0000000008
    Sink: KSTREAM-SINK-0000000031 (topic: o2)
      <-- KSTREAM-MERGE-0000000030

  Sub-topology: 2
    Source: KSTREAM-SOURCE-0000000020 (topics: [KSTREAM-AGGREGATE-STATE-STORE-0000000016-repartition])
      --> KSTREAM-AGGREGATE-0000000017
    Processor: KSTREAM-AGGREGATE-0000000017 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000016])
      --> none
      <-- KSTREAM-SOURCE-0000000020

`)
})

test('behind a merge of streams whose keys were changed, both are repartitioned together', () => {
  expect(
    described((b) => {
      const keyed = b.stream(text('a')).selectKey((value) => value, { key: string })
      const merged = keyed.merge(b.stream(text('b')).map((value, key) => [value, key], serdes))
      merged.groupByKey(serdes).count({ store: { name: 'one' } })
      merged.groupByKey(serdes).count({ store: { name: 'two' } })
    }),
  ).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [a])
      --> KSTREAM-KEY-SELECT-0000000001
    Source: KSTREAM-SOURCE-0000000002 (topics: [b])
      --> KSTREAM-MAP-0000000003
    Processor: KSTREAM-KEY-SELECT-0000000001 (stores: [])
      --> KSTREAM-MERGE-0000000004
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-MAP-0000000003 (stores: [])
      --> KSTREAM-MERGE-0000000004
      <-- KSTREAM-SOURCE-0000000002
    Processor: KSTREAM-MERGE-0000000004 (stores: [])
      --> one-repartition-filter
      <-- KSTREAM-KEY-SELECT-0000000001, KSTREAM-MAP-0000000003
    Processor: one-repartition-filter (stores: [])
      --> one-repartition-sink
      <-- KSTREAM-MERGE-0000000004
    Sink: one-repartition-sink (topic: one-repartition)
      <-- one-repartition-filter

  Sub-topology: 1
    Source: one-repartition-source (topics: [one-repartition])
      --> KSTREAM-AGGREGATE-0000000005, KSTREAM-AGGREGATE-0000000009
    Processor: KSTREAM-AGGREGATE-0000000005 (stores: [one])
      --> none
      <-- one-repartition-source
    Processor: KSTREAM-AGGREGATE-0000000009 (stores: [two])
      --> none
      <-- one-repartition-source

`)
})

test('repartitions behind a step they share are merged, where Java fails to build', () => {
  expect(
    described((b) => {
      const kept = b
        .stream(text('in'))
        .selectKey((value) => value, { key: string })
        .filter(() => true)
      kept.groupByKey().count()
      kept.groupByKey().reduce((_, value) => value)
    }),
  ).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-KEY-SELECT-0000000001
    Processor: KSTREAM-KEY-SELECT-0000000001 (stores: [])
      --> KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-filter
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-filter (stores: [])
      --> KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-sink
      <-- KSTREAM-KEY-SELECT-0000000001
    Sink: KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-sink (topic: KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition)
      <-- KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-filter

  Sub-topology: 1
    Source: KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-source (topics: [KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition])
      --> KSTREAM-FILTER-0000000002
    Processor: KSTREAM-FILTER-0000000002 (stores: [])
      --> KSTREAM-AGGREGATE-0000000004, KSTREAM-REDUCE-0000000009
      <-- KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition-source
    Processor: KSTREAM-AGGREGATE-0000000004 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000003])
      --> none
      <-- KSTREAM-FILTER-0000000002
    Processor: KSTREAM-REDUCE-0000000009 (stores: [KSTREAM-REDUCE-STATE-STORE-0000000008])
      --> none
      <-- KSTREAM-FILTER-0000000002

`)
})

const repartitionsOf = (build: (builder: StreamsBuilder) => void): readonly string[] =>
  planned('all', build).nodes.flatMap((node) => (node.kind === 'repartition-filter' ? [node.name] : []))

test('no record passes beside the topic that took the place of others, where Java lets it', () => {
  const keyed = (b: StreamsBuilder) => {
    const stream = b.stream(text('in')).selectKey((value) => value, { key: string })
    stream
      .filter(() => true, { name: 'one' })
      .groupByKey()
      .count({ store: { name: 'c1' } })
    return stream
  }
  const parents = (plan: Plan, name: string) => plan.nodes.find((node) => node.name === name)?.parents
  const twoWays = planned('all', (b) => {
    const stream = keyed(b)
    const merged = stream.filter(() => true, { name: 'two' }).merge(stream.peek(() => {}, { name: 'three' }))
    merged.groupByKey(serdes).count({ store: { name: 'c2' } })
  })
  for (const name of ['one', 'two', 'three'])
    expect(parents(twoWays, name)).toEqual(['c1-repartition-source'])
  expect(
    repartitionsOf((b) => {
      const stream = keyed(b)
      const merged = stream.merge(stream.selectKey((value) => value, { key: string }))
      merged.groupByKey(serdes).count({ store: { name: 'c2' } })
    }),
  ).toEqual(['c1-repartition-filter', 'c2-repartition-filter'])
})

test('behind several merges the last one counts, where Java fails to build', () => {
  const plan = planned('all', (b) => {
    const merged = b
      .stream(text('a'))
      .selectKey((value) => value, { key: string })
      .merge(b.stream(text('b')))
      .merge(b.stream(text('c')), { name: 'last' })
    merged.groupByKey(serdes).count({ store: { name: 'c1' } })
  })
  expect(plan.nodes.find(({ kind }) => kind === 'repartition-filter')).toMatchObject({
    name: 'c1-repartition-filter',
    parents: ['last'],
  })
})

test('what a merged repartition topic meets must be partitioned like it', () => {
  const plan = planned('all', (b) => {
    const keyed = b.stream(text('a')).selectKey((value) => value, { key: string })
    keyed.groupByKey().count({ store: { name: 'one' } })
    keyed
      .merge(b.stream(text('b')))
      .groupByKey(serdes)
      .count({ store: { name: 'two' } })
  })
  const topics = internalTopics(plan, 'app', (name) => (name === 'b' ? 7 : 3))
  expect(topics.find(({ kind }) => kind === 'repartition')).toMatchObject({ partitions: 7 })
})
