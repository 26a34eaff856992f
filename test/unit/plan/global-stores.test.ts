import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { timestampedKeyValueStore } from '../../../src/dsl/stores.ts'
import { topic, topicPattern } from '../../../src/dsl/topic.ts'
import { describePlan } from '../../../src/plan/describe.ts'
import { internalTopics } from '../../../src/plan/internal-topics.ts'
import { planMermaid } from '../../../src/plan/mermaid.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { string } from '../../../src/serde/scalars.ts'

const text = (name: string) => topic(name, { key: string, value: string })

function planned(build: (builder: StreamsBuilder) => void): Plan {
  const builder = new StreamsBuilder()
  build(builder)
  return builder.build()
}

const joined = () =>
  planned((b) => {
    b.stream(text('a')).to(text('x'))
    const users = b.globalTable(text('g'), { store: { name: 'users' } })
    b.stream(text('b'))
      .leftJoin(users, (value, user) => value + String(user), { keyOf: (_value, key) => key })
      .to(text('y'))
  })

test('a global table takes a number among the subtopologies, but has no tasks', () => {
  const plan = joined()
  expect(plan.subtopologies.map(({ id }) => id)).toEqual([0, 2])
  expect(plan.globalStores).toMatchObject([
    { id: 1, source: { topics: ['g'] }, store: { name: 'users', changelog: 'off', sourceTopic: 'g' } },
  ])
  expect(plan.stores).toEqual([])
  expect(internalTopics(plan, 'app', () => 4)).toEqual([])
  expect(() => internalTopics(plan, 'app', (name) => (name === 'g' ? undefined : 1))).toThrowError(
    'no such topic: g',
  )
  // As Java Kafka Streams 4.3.1 printed it.
  expect(describePlan(plan)).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [a])
      --> KSTREAM-SINK-0000000001
    Sink: KSTREAM-SINK-0000000001 (topic: x)
      <-- KSTREAM-SOURCE-0000000000

  Sub-topology: 1 for global store (will not generate tasks)
    Source: KSTREAM-SOURCE-0000000002 (topics: [g])
      --> KTABLE-SOURCE-0000000003
    Processor: KTABLE-SOURCE-0000000003 (stores: [users])
      --> none
      <-- KSTREAM-SOURCE-0000000002
  Sub-topology: 2
    Source: KSTREAM-SOURCE-0000000004 (topics: [b])
      --> KSTREAM-LEFTJOIN-0000000005
    Processor: KSTREAM-LEFTJOIN-0000000005 (stores: [])
      --> KSTREAM-SINK-0000000006
      <-- KSTREAM-SOURCE-0000000004
    Sink: KSTREAM-SINK-0000000006 (topic: y)
      <-- KSTREAM-LEFTJOIN-0000000005

`)
})

test('a global store is not connected to processors, nor named twice', () => {
  const store = timestampedKeyValueStore('g', { key: string, value: string })
  const update = { process: () => undefined }
  const refused = (build: (b: StreamsBuilder) => void) =>
    expect(() =>
      planned((b) => {
        b.addGlobalStore(store, text('t'), update)
        build(b)
      }),
    )
  refused((b) => b.stream(text('a')).process(update, { stores: ['g'] })).toThrowError(
    'Global StateStore g can be used by a Processor without being specified',
  )
  refused((b) => b.table(text('a'), { store: { name: 'g' } })).toThrowError(
    'A different GlobalStateStore has already been added with the name g',
  )
  refused((b) => b.stream(text('t'))).toThrowError('Topic t has already been registered by another source.')
  refused((b) => b.stream(topicPattern(/t+/, { key: string, value: string }))).toThrowError(
    'Pattern t+ will match a topic that has already been registered by another source.',
  )
})

test('mermaid shows topics, nodes and stores, whatever their names', () => {
  expect(planMermaid(joined())).toBe(`flowchart TD
  topic2{{"a"}}
  topic3{{"x"}}
  topic7{{"g"}}
  topic11{{"b"}}
  topic12{{"y"}}
  subgraph subtopology0["Sub-topology: 0"]
    node0["KSTREAM-SOURCE-0000000000"]
    node1["KSTREAM-SINK-0000000001"]
  end
  subgraph subtopology1["Sub-topology: 1 for global store"]
    node4["KSTREAM-SOURCE-0000000002"]
    node5["KTABLE-SOURCE-0000000003"]
    store6[("users")]
  end
  subgraph subtopology2["Sub-topology: 2"]
    node8["KSTREAM-SOURCE-0000000004"]
    node9["KSTREAM-LEFTJOIN-0000000005"]
    node10["KSTREAM-SINK-0000000006"]
  end
  topic2 --> node0
  node0 --> node1
  node1 --> topic3
  topic7 --> node4
  node4 --> node5
  node5 --- store6
  topic11 --> node8
  node8 --> node9
  node9 --> node10
  node10 --> topic12
`)
  const quoted = planned((b) =>
    b.stream(topicPattern(/"#.*/, { key: string, value: string })).to(() => 'x', { name: 'chosen' }),
  )
  expect(planMermaid(quoted)).toContain('{{"#quot;#35;.*"}}')
  expect(planMermaid(quoted)).toContain('{{"chosen by chosen"}}')
})
