import { expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { windowKey } from '../../../src/expr/window-key.ts'
import { json } from '../../../src/serde/json.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import { aggregatedClicks, text, userClicks } from './topics.ts'

const clickCount = topology(import.meta.url, (b) => {
  const counts = b
    .stream(userClicks)
    .groupByKey()
    .windowedBy(tumbling('5m', { grace: '1m' }))
    .count({ store: { name: 'counts-store', caching: false } })
  counts.toStream().selectKey(windowKey('{key}@{start:HH:mm:ss}')).to(aggregatedClicks)
  return { counts }
})

const invalid = (message: string) => expect.objectContaining({ code: 'topology-invalid', message })

test('the main job', () => {
  expect(clickCount.module).toBe(import.meta.url)
  expect(clickCount.describe()).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [user-clicks])
      --> KSTREAM-AGGREGATE-0000000001
    Processor: KSTREAM-AGGREGATE-0000000001 (stores: [counts-store])
      --> KTABLE-TOSTREAM-0000000002
      <-- KSTREAM-SOURCE-0000000000
    Processor: KTABLE-TOSTREAM-0000000002 (stores: [])
      --> KSTREAM-KEY-SELECT-0000000003
      <-- KSTREAM-AGGREGATE-0000000001
    Processor: KSTREAM-KEY-SELECT-0000000003 (stores: [])
      --> KSTREAM-SINK-0000000004
      <-- KTABLE-TOSTREAM-0000000002
    Sink: KSTREAM-SINK-0000000004 (topic: aggregated-clicks)
      <-- KSTREAM-KEY-SELECT-0000000003

`)
  expect(clickCount.explain('json').map(({ node, runs }) => [node, runs])).toEqual([
    ['KSTREAM-SOURCE-0000000000', 'wasm'],
    ['KSTREAM-AGGREGATE-0000000001', 'wasm'],
    ['KTABLE-TOSTREAM-0000000002', 'wasm'],
    ['KSTREAM-KEY-SELECT-0000000003', 'wasm'],
    ['KSTREAM-SINK-0000000004', 'wasm'],
  ])
  expect(clickCount.explain()).toContain('KSTREAM-AGGREGATE-0000000001 aggregate [wasm]')
})

test('a table knows its store', () => {
  expect(clickCount.tables.counts.store).toEqual({
    name: 'counts-store',
    kind: 'window',
    keySerde: string,
    valueSerde: long,
    engine: 'lmdb',
    changelog: 'coalesced',
    caching: false,
    aggregate: 'count',
    timestamped: true,
    windowSizeMs: 300_000,
    advanceMs: 300_000,
    retentionMs: 360_000,
    segmentMs: 180_000,
    retainDuplicates: false,
  })
})

test('args build another topology', () => {
  const sized = topology(
    import.meta.url,
    (b, { minutes }) => ({
      counts: b
        .stream(userClicks)
        .groupByKey()
        .windowedBy(tumbling(`${minutes}m`))
        .count(),
    }),
    { args: { minutes: 5 } },
  )
  const other = sized.withArgs({ minutes: 6 })
  expect([sized.args, other.args]).toEqual([{ minutes: 5 }, { minutes: 6 }])
  expect(other.tables.counts.store).toMatchObject({ retentionMs: 360_000 })
  expect(other.hash).not.toBe(sized.hash)
  expect(other.withArgs({ minutes: 5 }).hash).toBe(sized.hash)
})

test('a topology may have no tables', () => {
  const pass = topology(import.meta.url, (b) => {
    b.stream(text).to(text)
  })
  expect(pass.tables).toEqual({})
})

type Build = (builder: StreamsBuilder) => undefined

test('a serde that is unknown where it is needed is an error that names the call', () => {
  const build = (message: string, run: Build) =>
    expect(() => topology(import.meta.url, run)).toThrowError(
      expect.objectContaining({ code: 'serde-missing', message }),
    )
  build('count: the key serde is unknown; give it as groupByKey({ key: ... })', (b) => {
    b.stream(text)
      .selectKey((value) => value)
      .groupByKey()
      .count()
  })
  build('count: the value serde is unknown; give it as groupByKey({ value: ... })', (b) => {
    b.stream(text)
      .selectKey((value) => value, { key: string })
      .mapValues((value) => value.length)
      .groupByKey()
      .count()
  })
})

test('a serde is not asked for where it is not needed, and can be given late', () => {
  topology(import.meta.url, (b) => {
    const lengths = b.stream(text).mapValues((value) => value.length)
    lengths.groupByKey().count()
    lengths
      .selectKey((length) => length)
      .groupByKey({ key: long, value: long })
      .count()
    lengths.selectKey((length) => String(length)).to(topic('lengths', { key: string, value: long }))
  })
})

test('names are checked at their call', () => {
  const build = (run: Build) => () => topology(import.meta.url, run)
  const problems: [() => unknown, string][] = [
    [
      build((b) => {
        b.stream(text, { name: 'a b' })
      }),
      `stream('in'): name "a b" holds a character other than ASCII letters, digits, '.', '_' and '-'`,
    ],
    [
      build((b) => {
        b.stream(text).filter(() => true, { name: '' })
      }),
      'filter: name "" is empty',
    ],
    [
      build((b) => {
        b.stream(text).groupByKey({ name: '..' })
      }),
      'groupByKey: name ".." is not allowed',
    ],
    [
      build((b) => {
        b.stream(text)
          .groupByKey()
          .count({ store: { name: 'x'.repeat(250) } })
      }),
      `count: store name "${'x'.repeat(250)}" is longer than 249 characters`,
    ],
    [() => topic('a/b', { key: string, value: string }), 'topic name "a/b" holds a character'],
  ]
  for (const [run, message] of problems) {
    expect(run).toThrowError(expect.objectContaining({ code: 'topology-invalid' }))
    expect(run).toThrow(message)
  }
})

test('windows and retention are checked', () => {
  const count = (store: object) => () =>
    topology(import.meta.url, (b) => {
      b.stream(text)
        .groupByKey()
        .windowedBy(tumbling(100, { grace: 20 }))
        .count({ store })
    })
  expect(count({ name: 's', retention: 120 })).not.toThrow()
  expect(count({ name: 's', retention: 119 })).toThrowError(
    invalid("count: store 's' retains 119 ms, less than the 120 ms that its windows and their grace need"),
  )
  expect(() => tumbling(0)).toThrowError(invalid('tumbling: the size must be larger than zero'))
  expect(() => tumbling(-1)).toThrowError(expect.objectContaining({ code: 'options-invalid' }))
  expect(() => tumbling('5m', { grace: -1 })).toThrowError(
    expect.objectContaining({ code: 'options-invalid' }),
  )
})

test('a topic is frozen data', () => {
  const nullable = topic('n', { key: string, value: json<{ a: number }>(), nullable: true })
  expect(Object.isFrozen(nullable)).toBe(true)
  expect(nullable.nullable).toBe(true)
  expect(userClicks).toMatchObject({
    name: 'user-clicks',
    nullable: false,
    timestamp: { kind: 'timestamp', field: { kind: 'field', path: ['timestamp'] }, unitMs: 1000 },
  })
})
