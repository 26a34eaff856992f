import { expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { untilTimeLimit, untilWindowCloses } from '../../../src/dsl/suppressed.ts'
import type { KTable } from '../../../src/dsl/table.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { long, string } from '../../../src/serde/scalars.ts'

const names = topic('names', { key: string, value: string })
const others = topic('others', { key: string, value: string })

const build = (steps: (builder: StreamsBuilder) => void) =>
  topology(import.meta.url, (b) => {
    steps(b)
    return undefined
  })
const code = (expected: string, message: RegExp) =>
  expect.objectContaining({ code: expected, message: expect.stringMatching(message) })
const first = (left: unknown): string => String(left)
const length = (text: string): number => text.length
const storesOf = (steps: (builder: StreamsBuilder) => void): readonly string[] =>
  build(steps).plan.stores.map(({ name }) => name)

test('a table gets a store only when something behind it needs one', () => {
  expect(storesOf((b) => b.table(names).mapValues(length).toStream())).toEqual([])
  expect(storesOf((b) => b.table(names).filter(Boolean).suppress(untilTimeLimit('5s')))).toEqual([
    'names-STATE-STORE-0000000000',
    'KTABLE-SUPPRESS-STATE-STORE-0000000005',
  ])
  expect(storesOf((b) => b.stream(names).join(b.table(others), first))).toEqual([
    'others-STATE-STORE-0000000001',
  ])
})

test('a table that has no store cannot be queried', () => {
  let table: KTable<string, string> | undefined
  build((b) => {
    table = b.table(names)
  })
  expect(table?.queryableStoreName).toBeUndefined()
  expect(() => table?.store).toThrow(code('store-unknown', /store: \{ name: /))
})

test('a store needs serdes that a mapper leaves unknown; values that are only passed on do not', () => {
  const mapped = (options: object) => () => build((b) => b.table(names).mapValues(length, options))
  expect(mapped({})).not.toThrow()
  expect(mapped({ store: {} })).not.toThrow()
  expect(mapped({ store: { name: 'lengths' } })).toThrow(
    code('serde-missing', /^mapValues: the value serde is unknown; give it as mapValues/),
  )
  expect(mapped({ store: { name: 'lengths' }, value: long })().plan.stores).toHaveLength(1)
})

test('a group needs the serdes of its keys and values, to send them through a topic', () => {
  const grouped = (options: object) => () =>
    build((b) => {
      b.table(names)
        .groupBy((name, id) => [name, id], options)
        .count()
    })
  expect(grouped({ value: string })).toThrow(code('serde-missing', /^groupBy: the key serde/))
  expect(grouped({ key: string })).toThrow(code('serde-missing', /^count: the value serde/))
  expect(grouped({ key: string, value: string })).not.toThrow()
})

test('suppress refuses what has no windows that close, and what is versioned', () => {
  const steps = (b: StreamsBuilder) => b.table(names).mapValues(length, { value: long })
  expect(() => build((b) => steps(b).suppress(untilWindowCloses() as never))).toThrow(
    code('topology-invalid', /none before it: KTABLE-SOURCE-\d+->KTABLE-MAPVALUES-\d+$/),
  )
  expect(() =>
    build((b) => {
      const table = b.table(names, { store: { name: 'versions', versioned: { history: '1h' } } })
      table.filter(Boolean).suppress(untilTimeLimit('5s'))
    }),
  ).toThrow(code('topology-invalid', /versioned/))
  expect(() =>
    build((b) => b.globalTable(names, { store: { name: 'versions', versioned: { history: '1h' } } })),
  ).toThrow(code('topology-invalid', /cannot be versioned/))
})

test('limits of a buffer are whole numbers, and decide what happens when it is full', () => {
  expect(() => untilTimeLimit('5s', { maxRecords: -1 })).toThrow(code('options-invalid', /maxRecords/))
  expect(() => untilWindowCloses({ maxBytes: 0.5 })).toThrow(code('options-invalid', /maxBytes/))
  expect(() => untilTimeLimit('soon' as never)).toThrow(code('options-invalid', /untilTimeLimit: limit/))
  expect(untilTimeLimit('5s', { maxRecords: 10 }).options.onFull).toBe('emit-early')
  expect(untilWindowCloses({ maxRecords: 10 }).options.onFull).toBe('shut-down')
})

test('a window closes after its grace', () => {
  const { nodes } = build((b) => {
    const counts = b
      .stream(names)
      .groupByKey()
      .windowedBy(tumbling('1m', { grace: '10s' }))
      .count()
    counts.filter((count) => count > 1).suppress(untilWindowCloses(), { name: 'final' })
  }).plan
  expect(nodes.find(({ name }) => name === 'final')).toMatchObject({
    suppressed: { until: 'window-close', ms: 10_000, onFull: 'shut-down' },
    store: 'final-store',
  })
})
