import { expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import type { KStream } from '../../../src/dsl/stream.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { field } from '../../../src/expr/build.ts'
import { windowKey } from '../../../src/expr/window-key.ts'
import { explainText } from '../../../src/plan/explain.ts'
import { type LoweredRegion, lower } from '../../../src/plan/lower.ts'
import { json } from '../../../src/serde/json.ts'
import { boolean, float64, int64, long, string } from '../../../src/serde/scalars.ts'
import type { Serde } from '../../../src/serde/serde.ts'
import { timeWindowed } from '../../../src/serde/windowed.ts'
import { aggregatedClicks, type Click, counts, text, userClicks } from '../dsl/topics.ts'

function lowered(build: (builder: StreamsBuilder) => void) {
  const builder = new StreamsBuilder()
  build(builder)
  return builder.build().subtopologies.map((subtopology) => lower(subtopology))
}

function region(build: (builder: StreamsBuilder) => void): LoweredRegion {
  const [only] = lowered(build)
  if (only?.kind !== 'region') throw new Error(only?.reason)
  return only
}

function reasons(build: (builder: StreamsBuilder) => void): string[] {
  return lowered(build).map((result) => (result.kind === 'js' ? result.reason : 'region'))
}

const fiveMinutes = tumbling('5m', { grace: '1m' })
const output = (stream: KStream<string, Click>) =>
  stream
    .groupByKey()
    .windowedBy(fiveMinutes)
    .count({ store: { name: 'counts-store' } })
    .toStream()

test('the windowed click count is a region', () => {
  const { program, source, aggregate, store, sink } = region((b) => {
    output(b.stream(userClicks)).selectKey(windowKey('{key}@{start:HH:mm:ss}')).to(aggregatedClicks)
  })
  expect(program).toEqual({
    keyFormat: 'utf8',
    valueFormat: 'json',
    fields: [['timestamp']],
    timestamp: { field: 0, unitMs: 1000 },
    aggregate: {
      kind: 'count',
      nullValues: 'count',
      windows: { sizeMs: 300_000, graceMs: 60_000, retentionMs: 360_000, segmentMs: 180_000 },
    },
    changelog: { mode: 'coalesced' },
    output: {
      key: [
        { kind: 'key' },
        { kind: 'literal', text: '@' },
        { kind: 'time', of: 'start', pattern: 'HH:mm:ss' },
      ],
      partitionBy: 'output-key',
    },
  })
  expect([source.name, aggregate.name, store.name, sink?.topic]).toEqual([
    'KSTREAM-SOURCE-0000000000',
    'KSTREAM-AGGREGATE-0000000001',
    'counts-store',
    'aggregated-clicks',
  ])
})

test('windows go out under key and start unless they are named', () => {
  const { program } = region((b) => {
    output(b.stream(userClicks)).to(topic('w', { key: timeWindowed(string, '5m'), value: long }))
  })
  expect(program.output).toEqual({ key: [{ kind: 'key' }, { kind: 'start' }], partitionBy: 'key' })
})

test('a count without windows drops null values; without a sink or changelog it writes none', () => {
  const { program, sink } = region((b) => {
    b.stream(text)
      .groupByKey()
      .count({ store: { changelog: 'off' } })
  })
  expect(sink).toBe(undefined)
  expect(program).toEqual({
    keyFormat: 'utf8',
    valueFormat: 'utf8',
    fields: [],
    aggregate: { kind: 'count', nullValues: 'drop' },
  })
  const each = region((b) => {
    b.stream(text)
      .groupByKey()
      .count({ store: { changelog: 'each' } })
      .toStream()
      .to(counts)
  })
  expect(each.program.changelog).toEqual({ mode: 'each' })
  expect(each.program.output).toEqual({ key: [{ kind: 'key' }], partitionBy: 'output-key' })
})

test('filters are joined, and each field is extracted once', () => {
  const { program } = region((b) => {
    output(
      b
        .stream(userClicks)
        .filter(field('url').eq('/').or(field('timestamp').gt(5)))
        .filterNot(field('url').eq('/admin')),
    )
  })
  expect(program.fields).toEqual([['timestamp'], ['url']])
  expect(program.filter).toEqual({
    kind: 'and',
    left: {
      kind: 'or',
      left: { kind: 'compare', field: 1, op: 'eq', value: '/' },
      right: { kind: 'compare', field: 0, op: 'gt', value: 5 },
    },
    right: { kind: 'not', operand: { kind: 'compare', field: 1, op: 'eq', value: '/admin' } },
  })
})

test('behind a repartition topic the count is a region again', () => {
  expect(
    reasons((b) => {
      b.stream(userClicks).selectKey(field('url'), { key: string }).groupByKey().count().toStream().to(counts)
    }),
  ).toEqual(['KSTREAM-KEY-SELECT-0000000001 (select-key) before an aggregation', 'region'])
})

test('whatever else runs in JavaScript, and the reason names the node', () => {
  const custom: Serde<string> = {
    name: 'custom',
    serialize: string.serialize,
    deserialize: string.deserialize,
  }
  const cases: [(b: StreamsBuilder) => void, string][] = [
    [
      (b) => output(b.stream(userClicks).filter(({ url }) => url === '/')),
      'lambda in KSTREAM-FILTER-0000000001 (filter)',
    ],
    [
      (b) =>
        output(b.stream(userClicks))
          .selectKey((_count, { key }) => key)
          .to(aggregatedClicks),
      'lambda in KSTREAM-KEY-SELECT-0000000003 (select-key)',
    ],
    [
      (b) => {
        output(b.stream(userClicks))
        b.stream(userClicks).filter(field('url').eq('/'))
      },
      'KSTREAM-SOURCE-0000000000 has several children',
    ],
    [
      (b) => {
        const updates = b.stream(text).groupByKey().count().toStream()
        updates.to(counts)
        updates.to(topic('again', { key: string, value: long }))
      },
      'KTABLE-TOSTREAM-0000000003 has several children',
    ],
    [(b) => b.stream(userClicks).to(userClicks), 'no aggregation before KSTREAM-SINK-0000000001'],
    [(b) => b.stream(userClicks), 'KSTREAM-SOURCE-0000000000 feeds no aggregation'],
    [
      (b) =>
        b
          .stream(userClicks)
          .mapValues({ url: field('url') })
          .groupByKey()
          .count(),
      'KSTREAM-MAPVALUES-0000000001 (map-values) before an aggregation',
    ],
    [
      (b) =>
        b
          .stream(userClicks)
          .groupByKey()
          .count({ store: { name: 's' } })
          .toStream()
          .groupByKey()
          .count({ store: { name: 't' } }),
      'KSTREAM-AGGREGATE-0000000003 (aggregate) after the aggregation',
    ],
    [
      (b) => output(b.stream(userClicks)).selectKey(windowKey('{key}')),
      'KSTREAM-KEY-SELECT-0000000003 (select-key) after the aggregation',
    ],
    [
      (b) =>
        b
          .stream(topic('t', { key: custom, value: string }))
          .groupByKey()
          .count(),
      "only JavaScript can read serde 'custom' of KSTREAM-SOURCE-0000000000",
    ],
    [
      (b) =>
        b
          .stream(topic('t', { key: string, value: boolean }))
          .groupByKey()
          .count(),
      "only JavaScript can read serde 'boolean' of KSTREAM-SOURCE-0000000000",
    ],
    [
      (b) =>
        b
          .stream(topic('t', { key: json<string>(), value: string }))
          .groupByKey()
          .count(),
      'the JSON keys of KSTREAM-SOURCE-0000000000 are written anew',
    ],
    [
      (b) =>
        b
          .stream(text)
          .groupByKey()
          .count()
          .toStream()
          .to(topic('o', { key: string, value: float64 })),
      "KSTREAM-SINK-0000000004 writes the count with serde 'float64', not long",
    ],
    [
      (b) =>
        b
          .stream(topic('t', { key: long, value: string }))
          .groupByKey()
          .count()
          .toStream()
          .to(topic('o', { key: float64, value: long })),
      'KSTREAM-SINK-0000000004 writes keys with another serde than KSTREAM-SOURCE-0000000000 reads',
    ],
    [
      (b) =>
        b
          .stream(topic('t', { key: int64, value: string }))
          .groupByKey()
          .windowedBy(fiveMinutes)
          .count()
          .toStream()
          .selectKey(windowKey('{key}'))
          .to(counts),
      'KSTREAM-KEY-SELECT-0000000004 prints keys that are not text',
    ],
    [
      (b) =>
        b
          .stream(text)
          .groupByKey()
          .windowedBy({ ...fiveMinutes, advanceMs: 60_000 })
          .count(),
      'the windows of KSTREAM-AGGREGATE-0000000002 overlap',
    ],
    [
      (b) =>
        b
          .stream(topic('t', { key: string, value: long as unknown as Serde<{ n: number }> }))
          .filter(field('n').gt(1))
          .groupByKey()
          .count(),
      "KSTREAM-SOURCE-0000000000 reads field 'n' of a value that is not JSON",
    ],
  ]
  for (const [build, reason] of cases) expect(reasons(build)).toEqual([reason])
})

test('explain says where each node runs, and why', () => {
  const builder = new StreamsBuilder()
  builder
    .stream(userClicks)
    .selectKey(({ url }) => url, { key: string })
    .groupByKey()
    .count({ store: { name: 's', caching: false } })
  expect(explainText(builder.build())).toBe(`Sub-topology: 0
  KSTREAM-SOURCE-0000000000 source [js: lambda in KSTREAM-KEY-SELECT-0000000001 (select-key)]
  KSTREAM-KEY-SELECT-0000000001 select-key [js: lambda in KSTREAM-KEY-SELECT-0000000001 (select-key)]
  s-repartition-filter repartition-filter [js: lambda in KSTREAM-KEY-SELECT-0000000001 (select-key)]
  s-repartition-sink sink [js: lambda in KSTREAM-KEY-SELECT-0000000001 (select-key)]
Sub-topology: 1
  s-repartition-source source [wasm]
  KSTREAM-AGGREGATE-0000000002 aggregate [wasm]
`)
})

test('explain takes it that the application has a record cache, as it does by default', () => {
  const builder = new StreamsBuilder()
  builder
    .stream(userClicks)
    .groupByKey()
    .count({ store: { name: 's' } })
  const text = explainText(builder.build())
  expect(text).toContain("[js: updates of store 's' wait in the record cache]")
})
