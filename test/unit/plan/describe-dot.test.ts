import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic, topicPattern } from '../../../src/dsl/topic.ts'
import { planDot } from '../../../src/plan/describe-dot.ts'
import { string } from '../../../src/serde/scalars.ts'

const text = (name: string) => topic(name, { key: string, value: string })

test('a topology in the language of Graphviz: topics, nodes, stores, and a frame for each subtopology', () => {
  const b = new StreamsBuilder()
  b.globalTable(text('g'), { store: { name: 'users' } })
  b.stream(topicPattern(/in\d/, { key: string, value: string }), { name: 'in' })
    .groupByKey()
    .count({ name: 'count', store: { name: 'in' } })
  expect(planDot(b.build())).toBe(`digraph topology {
  node [shape=box];
  "topic g" [label="g", shape=hexagon];
  "topic in\\\\d" [label="in\\\\d", shape=hexagon];
  subgraph cluster_0 {
    label="Sub-topology: 0 for global store";
    "KSTREAM-SOURCE-0000000000";
    "KTABLE-SOURCE-0000000001";
    "store users" [label="users", shape=cylinder];
  }
  subgraph cluster_1 {
    label="Sub-topology: 1";
    "in";
    "count";
    "store in" [label="in", shape=cylinder];
  }
  "topic g" -> "KSTREAM-SOURCE-0000000000";
  "KSTREAM-SOURCE-0000000000" -> "KTABLE-SOURCE-0000000001";
  "KTABLE-SOURCE-0000000001" -> "store users" [dir=none, style=dashed];
  "topic in\\\\d" -> "in";
  "in" -> "count";
  "count" -> "store in" [dir=none, style=dashed];
}
`)
})
