import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { describePlan } from '../../../src/plan/describe.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { counts, text, windowedCounts } from '../dsl/topics.ts'

/** The expected texts are what Java Kafka Streams 4.3.1 printed. */
function described(build: (builder: StreamsBuilder) => void): string {
  const builder = new StreamsBuilder()
  build(builder)
  return describePlan(builder.build())
}

const textTo = (name: string) => topic(name, { key: string, value: string })

test('groupByKey.count and tumbling count', () => {
  const expected = `Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-AGGREGATE-0000000002
    Processor: KSTREAM-AGGREGATE-0000000002 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000001])
      --> KTABLE-TOSTREAM-0000000003
      <-- KSTREAM-SOURCE-0000000000
    Processor: KTABLE-TOSTREAM-0000000003 (stores: [])
      --> KSTREAM-SINK-0000000004
      <-- KSTREAM-AGGREGATE-0000000002
    Sink: KSTREAM-SINK-0000000004 (topic: out)
      <-- KTABLE-TOSTREAM-0000000003

`
  expect(described((b) => b.stream(text).groupByKey().count().toStream().to(counts))).toBe(expected)
  expect(
    described((b) =>
      b.stream(text).groupByKey().windowedBy(tumbling(10)).count().toStream().to(windowedCounts),
    ),
  ).toBe(expected)
})

test('selectKey.groupByKey.count into a named store', () => {
  expect(
    described((b) =>
      b
        .stream(text)
        .selectKey((value) => value, { key: string })
        .groupByKey()
        .count({ store: { name: 'cnt' } })
        .toStream()
        .to(counts),
    ),
  ).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-KEY-SELECT-0000000001
    Processor: KSTREAM-KEY-SELECT-0000000001 (stores: [])
      --> cnt-repartition-filter
      <-- KSTREAM-SOURCE-0000000000
    Processor: cnt-repartition-filter (stores: [])
      --> cnt-repartition-sink
      <-- KSTREAM-KEY-SELECT-0000000001
    Sink: cnt-repartition-sink (topic: cnt-repartition)
      <-- cnt-repartition-filter

  Sub-topology: 1
    Source: cnt-repartition-source (topics: [cnt-repartition])
      --> KSTREAM-AGGREGATE-0000000002
    Processor: KSTREAM-AGGREGATE-0000000002 (stores: [cnt])
      --> KTABLE-TOSTREAM-0000000006
      <-- cnt-repartition-source
    Processor: KTABLE-TOSTREAM-0000000006 (stores: [])
      --> KSTREAM-SINK-0000000007
      <-- KSTREAM-AGGREGATE-0000000002
    Sink: KSTREAM-SINK-0000000007 (topic: out)
      <-- KTABLE-TOSTREAM-0000000006

`)
})

test('children stand in the order of Java, which is that of no list', () => {
  expect(
    described((b) => {
      const stream = b.stream(text)
      stream.mapValues((value) => `${value}A`).to(textTo('out'))
      stream.mapValues((value) => `${value}B`).to(textTo('out'))
      stream.filter((_value, key) => key === 'a').to(textTo('out'))
    }),
  ).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-MAPVALUES-0000000001, KSTREAM-FILTER-0000000005, KSTREAM-MAPVALUES-0000000003
    Processor: KSTREAM-FILTER-0000000005 (stores: [])
      --> KSTREAM-SINK-0000000006
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-MAPVALUES-0000000001 (stores: [])
      --> KSTREAM-SINK-0000000002
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-MAPVALUES-0000000003 (stores: [])
      --> KSTREAM-SINK-0000000004
      <-- KSTREAM-SOURCE-0000000000
    Sink: KSTREAM-SINK-0000000002 (topic: out)
      <-- KSTREAM-MAPVALUES-0000000001
    Sink: KSTREAM-SINK-0000000004 (topic: out)
      <-- KSTREAM-MAPVALUES-0000000003
    Sink: KSTREAM-SINK-0000000006 (topic: out)
      <-- KSTREAM-FILTER-0000000005

`)
})

test('two calls of stream for one topic share its first source', () => {
  expect(
    described((b) => {
      const first = b.stream(text)
      const second = b.stream(text)
      first.filter((_value, key) => key === 'a').to(textTo('o1'))
      second.mapValues((value) => value.toUpperCase()).to(textTo('o2'))
    }),
  ).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-FILTER-0000000002, KSTREAM-MAPVALUES-0000000004
    Processor: KSTREAM-FILTER-0000000002 (stores: [])
      --> KSTREAM-SINK-0000000003
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-MAPVALUES-0000000004 (stores: [])
      --> KSTREAM-SINK-0000000005
      <-- KSTREAM-SOURCE-0000000000
    Sink: KSTREAM-SINK-0000000003 (topic: o1)
      <-- KSTREAM-FILTER-0000000002
    Sink: KSTREAM-SINK-0000000005 (topic: o2)
      <-- KSTREAM-MAPVALUES-0000000004

`)
})

test('a topic written and read by one topology divides it', () => {
  expect(
    described((b) => {
      b.stream(text)
        .mapValues((value) => `${value}1`)
        .to(textTo('mid'))
      b.stream(textTo('mid'))
        .mapValues((value) => `${value}2`)
        .to(textTo('out'))
    }),
  ).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-MAPVALUES-0000000001
    Processor: KSTREAM-MAPVALUES-0000000001 (stores: [])
      --> KSTREAM-SINK-0000000002
      <-- KSTREAM-SOURCE-0000000000
    Sink: KSTREAM-SINK-0000000002 (topic: mid)
      <-- KSTREAM-MAPVALUES-0000000001

  Sub-topology: 1
    Source: KSTREAM-SOURCE-0000000003 (topics: [mid])
      --> KSTREAM-MAPVALUES-0000000004
    Processor: KSTREAM-MAPVALUES-0000000004 (stores: [])
      --> KSTREAM-SINK-0000000005
      <-- KSTREAM-SOURCE-0000000003
    Sink: KSTREAM-SINK-0000000005 (topic: out)
      <-- KSTREAM-MAPVALUES-0000000004

`)
})

test('repartition topics are named after the store, the group, or a generated store', () => {
  expect(
    described((b) => {
      const stream = b.stream(text)
      const groups = [{}, { name: 'grp2' }, {}].map(
        (named) => () => stream.selectKey((value) => value, { key: string, ...named }).groupByKey(named),
      )
      const tables = [
        groups[0]!().count({ store: { name: 'st1' } }),
        groups[1]!().count(),
        groups[2]!().count(),
      ]
      tables.forEach((table, i) => {
        table.toStream().to(topic(`o${i + 1}`, { key: string, value: long }))
      })
    }),
  ).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-KEY-SELECT-0000000012, KSTREAM-KEY-SELECT-0000000001, grp2
    Processor: KSTREAM-KEY-SELECT-0000000001 (stores: [])
      --> st1-repartition-filter
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-KEY-SELECT-0000000012 (stores: [])
      --> KSTREAM-FILTER-0000000016
      <-- KSTREAM-SOURCE-0000000000
    Processor: grp2 (stores: [])
      --> grp2-repartition-filter
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-FILTER-0000000016 (stores: [])
      --> KSTREAM-SINK-0000000015
      <-- KSTREAM-KEY-SELECT-0000000012
    Processor: grp2-repartition-filter (stores: [])
      --> grp2-repartition-sink
      <-- grp2
    Processor: st1-repartition-filter (stores: [])
      --> st1-repartition-sink
      <-- KSTREAM-KEY-SELECT-0000000001
    Sink: KSTREAM-SINK-0000000015 (topic: KSTREAM-AGGREGATE-STATE-STORE-0000000013-repartition)
      <-- KSTREAM-FILTER-0000000016
    Sink: grp2-repartition-sink (topic: grp2-repartition)
      <-- grp2-repartition-filter
    Sink: st1-repartition-sink (topic: st1-repartition)
      <-- st1-repartition-filter

  Sub-topology: 1
    Source: st1-repartition-source (topics: [st1-repartition])
      --> KSTREAM-AGGREGATE-0000000002
    Processor: KSTREAM-AGGREGATE-0000000002 (stores: [st1])
      --> KTABLE-TOSTREAM-0000000018
      <-- st1-repartition-source
    Processor: KTABLE-TOSTREAM-0000000018 (stores: [])
      --> KSTREAM-SINK-0000000019
      <-- KSTREAM-AGGREGATE-0000000002
    Sink: KSTREAM-SINK-0000000019 (topic: o1)
      <-- KTABLE-TOSTREAM-0000000018

  Sub-topology: 2
    Source: grp2-repartition-source (topics: [grp2-repartition])
      --> KSTREAM-AGGREGATE-0000000008
    Processor: KSTREAM-AGGREGATE-0000000008 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000007])
      --> KTABLE-TOSTREAM-0000000020
      <-- grp2-repartition-source
    Processor: KTABLE-TOSTREAM-0000000020 (stores: [])
      --> KSTREAM-SINK-0000000021
      <-- KSTREAM-AGGREGATE-0000000008
    Sink: KSTREAM-SINK-0000000021 (topic: o2)
      <-- KTABLE-TOSTREAM-0000000020

  Sub-topology: 3
    Source: KSTREAM-SOURCE-0000000017 (topics: [KSTREAM-AGGREGATE-STATE-STORE-0000000013-repartition])
      --> KSTREAM-AGGREGATE-0000000014
    Processor: KSTREAM-AGGREGATE-0000000014 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000013])
      --> KTABLE-TOSTREAM-0000000022
      <-- KSTREAM-SOURCE-0000000017
    Processor: KTABLE-TOSTREAM-0000000022 (stores: [])
      --> KSTREAM-SINK-0000000023
      <-- KSTREAM-AGGREGATE-0000000014
    Sink: KSTREAM-SINK-0000000023 (topic: o3)
      <-- KTABLE-TOSTREAM-0000000022

`)
})

test('aggregations of one named group share its repartition topic', () => {
  const builder = new StreamsBuilder()
  const group = builder
    .stream(text)
    .selectKey((value) => value, { key: string })
    .groupByKey({ name: 'shared' })
  group.count()
  group.windowedBy(tumbling(10)).count()
  const plan = builder.build()
  expect(plan.nodes.map(({ name, parents }) => [name, ...parents])).toEqual([
    ['KSTREAM-SOURCE-0000000000'],
    ['KSTREAM-KEY-SELECT-0000000001', 'KSTREAM-SOURCE-0000000000'],
    ['shared-repartition-filter', 'KSTREAM-KEY-SELECT-0000000001'],
    ['shared-repartition-sink', 'shared-repartition-filter'],
    ['shared-repartition-source'],
    ['KSTREAM-AGGREGATE-0000000003', 'shared-repartition-source'],
    ['KSTREAM-AGGREGATE-0000000008', 'shared-repartition-source'],
  ])
  expect(plan.subtopologies.map(({ stores }) => stores.length)).toEqual([0, 2])
})

test('given names replace generated ones and use up their index', () => {
  expect(
    described((b) =>
      b
        .stream(text, { name: 'src' })
        .filter(() => true, { name: 'flt' })
        .mapValues((value) => value, { name: 'mv' })
        .groupByKey()
        .windowedBy(tumbling(10))
        .count({ name: 'wc' })
        .toStream({ name: 'ts' })
        .to(windowedCounts),
    ),
  ).toBe(`Topologies:
   Sub-topology: 0
    Source: src (topics: [in])
      --> flt
    Processor: flt (stores: [])
      --> mv
      <-- src
    Processor: mv (stores: [])
      --> wc
      <-- flt
    Processor: wc (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000003])
      --> ts
      <-- mv
    Processor: ts (stores: [])
      --> KSTREAM-SINK-0000000006
      <-- wc
    Sink: KSTREAM-SINK-0000000006 (topic: out)
      <-- ts

`)
})

test('store options without a name use up one more index, as in Java', () => {
  expect(described((b) => b.stream(text).groupByKey().count({ store: {} }).toStream().to(counts))).toContain(
    'KSTREAM-AGGREGATE-0000000003 (stores: [KSTREAM-AGGREGATE-STATE-STORE-0000000002])',
  )
})
