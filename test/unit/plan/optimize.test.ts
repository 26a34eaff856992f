import { expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { describePlan } from '../../../src/plan/describe.ts'
import { internalTopics } from '../../../src/plan/internal-topics.ts'
import type { Optimization } from '../../../src/plan/optimize.ts'
import { string } from '../../../src/serde/scalars.ts'
import { planned } from './planned.ts'

const text = (name: string) => topic(name, { key: string, value: string })
const join = { within: 10, key: string, value: string, otherValue: string }
const concat = (left: string, right: string | null) => left + String(right)

/** Expected texts of `describe` are what Java Kafka Streams 4.3.1 printed, unless a test says otherwise. */
const described = (build: (builder: StreamsBuilder) => void): string => describePlan(planned('all', build))

test('a join of a repartitioned stream with itself has one store', () => {
  expect(
    described((b) => {
      const keyed = b.stream(text('in')).selectKey((value) => value, { key: string })
      keyed.leftJoin(keyed, concat, join).to(text('o2'))
    }),
  ).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [in])
      --> KSTREAM-KEY-SELECT-0000000001
    Processor: KSTREAM-KEY-SELECT-0000000001 (stores: [])
      --> KSTREAM-KEY-SELECT-0000000001-repartition-filter
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-KEY-SELECT-0000000001-repartition-filter (stores: [])
      --> KSTREAM-KEY-SELECT-0000000001-repartition-sink
      <-- KSTREAM-KEY-SELECT-0000000001
    Sink: KSTREAM-KEY-SELECT-0000000001-repartition-sink (topic: KSTREAM-KEY-SELECT-0000000001-repartition)
      <-- KSTREAM-KEY-SELECT-0000000001-repartition-filter

  Sub-topology: 1
    Source: KSTREAM-KEY-SELECT-0000000001-repartition-source (topics: [KSTREAM-KEY-SELECT-0000000001-repartition])
      --> KSTREAM-WINDOWED-0000000008
    Processor: KSTREAM-WINDOWED-0000000008 (stores: [KSTREAM-JOINTHIS-0000000010-store])
      --> KSTREAM-MERGE-0000000012
      <-- KSTREAM-KEY-SELECT-0000000001-repartition-source
    Processor: KSTREAM-MERGE-0000000012 (stores: [KSTREAM-JOINTHIS-0000000010-store])
      --> KSTREAM-SINK-0000000013
      <-- KSTREAM-WINDOWED-0000000008
    Sink: KSTREAM-SINK-0000000013 (topic: o2)
      <-- KSTREAM-MERGE-0000000012

`)
})

test('a source table that reuses its topic has no changelog', () => {
  const plan = planned(['reuse.ktable.source.topics'], (b) => {
    b.table(text('users'), { store: { name: 'users-store' } })
    b.stream(text('in')).toTable({ store: { name: 'latest' } })
  })
  expect(plan.stores.map(({ name, changelog, sourceTopic }) => [name, changelog, sourceTopic])).toEqual([
    ['users-store', 'off', 'users'],
    ['latest', 'coalesced', undefined],
  ])
  expect(internalTopics(plan, 'app', () => 1).map(({ name }) => name)).toEqual(['app-latest-changelog'])
})

test('records without a key pass a repartition only on their way to a left or outer join', () => {
  const plan = planned([], (b) => {
    const keyed = b.stream(text('in')).selectKey((value) => value, { key: string })
    const other = b.stream(text('other'))
    keyed.leftJoin(other, concat, { ...join, name: 'left' })
    keyed.join(other, concat, { ...join, name: 'inner' })
    keyed.groupByKey({ name: 'grouped' }).count()
  })
  const filters = plan.nodes.flatMap((node) =>
    node.kind === 'repartition-filter' ? [[node.name, node.keepNullKeys ?? false]] : [],
  )
  expect(Object.fromEntries(filters)).toEqual({
    'left-left-repartition-filter': true,
    'inner-left-repartition-filter': false,
    'grouped-repartition-filter': false,
  })
})

test('an unknown optimization is refused', () => {
  expect(() => planned(['bogus' as Optimization], () => {})).toThrowError(
    expect.objectContaining({
      code: 'options-invalid',
      message: expect.stringContaining('"bogus" is not an optimization'),
    }),
  )
  expect(() => planned('none' as 'all', () => {})).toThrowError(/"none" is not an optimization/)
})
