import { describe, expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { windowStore } from '../../../src/dsl/stores.ts'
import type { KStream } from '../../../src/dsl/stream.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { session, sliding, tumbling } from '../../../src/dsl/windows.ts'
import { field } from '../../../src/expr/build.ts'
import { json } from '../../../src/serde/json.ts'
import { string } from '../../../src/serde/scalars.ts'
import {
  TopologyTestDriver,
  type TopologyTestDriverOptions,
} from '../../../src/testing/topology-test-driver.ts'

// Records that an operator has no use for: what each does with them is Java's, and each dropped one is told of.

const text = topic('in', { key: string, value: string, nullable: true })
const other = topic('other', { key: string, value: string })
const out = topic('out', { key: string, value: string, nullable: true })

type Stream = KStream<string, string | null>

function drive(
  build: (b: StreamsBuilder) => void,
  options: TopologyTestDriverOptions = {},
): TopologyTestDriver {
  return new TopologyTestDriver(
    topology(import.meta.url, (b) => {
      build(b)
      return undefined
    }),
    options,
  )
}

const droppedBy = ({ dropped }: TopologyTestDriver): readonly string[] =>
  dropped.map(({ node, reason, count }) => `${node} ${reason} ${count}`)

const join = { within: 10, key: string, value: string, otherValue: string, name: 'node' }
const both = (left: string | null, right: string | null): string => `${left}+${right}`
const last = (_all: string | null, value: string | null): string | null => value
const store = { name: 'node', value: string, store: { name: 's' } }

/** What a record without a key does, and one without a value. `kept`: it is not dropped. */
const nulls: readonly (readonly [string, (stream: Stream, b: StreamsBuilder) => unknown, string, string])[] =
  [
    ['count', (s) => s.groupByKey().count({ name: 'node' }), 'null-key', 'null-value'],
    ['reduce', (s) => s.groupByKey().reduce((a, b) => a + b, { name: 'node' }), 'null-key', 'null-value'],
    ['aggregate', (s) => s.groupByKey().aggregate(() => '', last, store), 'null-key', 'null-value'],
    ['windows', (s) => s.groupByKey().windowedBy(tumbling(10)).count({ name: 'node' }), 'null-key', 'kept'],
    [
      'sliding windows',
      (s) =>
        s
          .groupByKey()
          .windowedBy(sliding(10, { grace: 0 }))
          .count({ name: 'node' }),
      'null-key',
      'null-value',
    ],
    ['sessions', (s) => s.groupByKey().windowedBy(session(10)).count({ name: 'node' }), 'null-key', 'kept'],
    ['toTable', (s) => s.toTable({ name: 'node' }), 'null-key', 'kept'],
    ['stream join', (s, b) => s.join(b.stream(other), both, join), 'null-key', 'null-value'],
    ['left stream join', (s, b) => s.leftJoin(b.stream(other), both, join), 'kept', 'null-value'],
    ['outer stream join', (s, b) => s.outerJoin(b.stream(other), both, join), 'kept', 'null-value'],
    ['table lookup', (s, b) => s.join(b.table(other), both, { name: 'node' }), 'null-key', 'null-value'],
    ['left table lookup', (s, b) => s.leftJoin(b.table(other), both, { name: 'node' }), 'kept', 'null-value'],
    [
      'global lookup',
      (s, b) => s.join(b.globalTable(other), both, { keyOf: (_value, key) => key, name: 'node' }),
      'null-key',
      'null-value',
    ],
    [
      'filter, mapValues, to',
      (s) =>
        s
          .filter(() => true)
          .mapValues((value) => value)
          .to(out),
      'kept',
      'kept',
    ],
  ]

describe.each(nulls)('%s', (_what, use, withoutKey, withoutValue) => {
  const expected = (reason: string): readonly string[] =>
    reason === 'kept' ? [] : [expect.stringMatching(new RegExp(`node.* ${reason} 1$`))]

  test.each([
    ['without a key', null, 'v', withoutKey],
    ['without a value', 'k', null, withoutValue],
  ])(
    `a record %s, kernel and record at a time: ${withoutKey}, ${withoutValue}`,
    (_which, key, value, reason) => {
      for (const kernel of ['auto', 'off'] as const) {
        const driver = drive((b) => use(b.stream(text), b), { kernel, cacheMaxBytes: 0 })
        driver.input(text).pipe(key, value, { timestamp: 5 })
        expect(droppedBy(driver)).toEqual(expected(reason))
      }
    },
  )
})

describe('tables', () => {
  const table = topic('table', { key: string, value: string, nullable: true })

  test('a table drops what has no key, and takes null as deleted', () => {
    const driver = drive((b) =>
      b
        .table(table, { store: { name: 's' } })
        .toStream()
        .to(out),
    )
    driver.input(table).pipe(null, 'v')
    for (const value of ['v', null]) driver.input(table).pipe('k', value)
    expect(droppedBy(driver)).toEqual(['KTABLE-SOURCE-0000000001 null-key 1'])
    expect(driver.output(out).readPairs()).toEqual([
      ['k', 'v'],
      ['k', null],
    ])
  })

  test.each(['join', 'leftJoin'] as const)('%s by a foreign key that is null', (kind) => {
    const orders = topic('orders', { key: string, value: string })
    const options = { foreignKey: (order: string) => (order === 'none' ? null : order), value: string }
    const driver = drive((b) => {
      const [left, right] = [b.table(orders), b.table(other)]
      const joined = kind === 'join' ? left.join(right, both, options) : left.leftJoin(right, both, options)
      joined.toStream().to(out)
    })
    driver.input(orders).pipe('order', 'none')
    expect(driver.dropped.map(({ reason, count }) => [reason, count])).toEqual(
      kind === 'join' ? [['null-foreign-key', 1]] : [],
    )
    expect(driver.output(out).readPairs()).toEqual(kind === 'join' ? [] : [['order', 'none+null']])
  })
})

describe('negative timestamps', () => {
  interface Event {
    readonly at: number
  }

  test.each(['auto', 'off'] as const)(
    'of a record, kernel %s: an error that names source and record',
    (kernel) => {
      const driver = drive((b) => b.stream(text).groupByKey().count(), { kernel, cacheMaxBytes: 0 })
      expect(() => driver.input(text).pipe('k', 'v', { timestamp: -1 })).toThrow(
        expect.objectContaining({
          code: 'processing',
          message: expect.stringMatching(/^KSTREAM-SOURCE-0000000000: .* negative timestamp/),
          details: expect.objectContaining({ node: 'KSTREAM-SOURCE-0000000000' }),
        }),
      )
    },
  )

  test('skip, or the time of the partition', () => {
    const run = (invalidTimestamp: 'skip' | 'partition-time'): TopologyTestDriver => {
      const input = topic('in', { key: string, value: string, invalidTimestamp })
      const driver = drive((b) => b.stream(input).to(out))
      for (const timestamp of [7, -1]) driver.input(input).pipe('k', 'v', { timestamp })
      return driver
    }
    const skipping = run('skip')
    expect(droppedBy(skipping)).toEqual(['KSTREAM-SOURCE-0000000000 negative-timestamp 1'])
    expect(skipping.output(out).size).toBe(1)
    const taking = run('partition-time')
    expect(droppedBy(taking)).toEqual([])
    expect(
      taking
        .output(out)
        .readAll()
        .map(({ timestamp }) => timestamp),
    ).toEqual([7, 7])
  })

  test.each(['auto', 'off'] as const)('in a field, kernel %s: skipped', (kernel) => {
    const events = topic('events', { key: string, value: json<Event>(), timestamp: field('at').millis() })
    const driver = drive((b) => b.stream(events).groupByKey().count(), { kernel, cacheMaxBytes: 0 })
    for (const at of [5, -1]) driver.input(events).pipe('k', { at })
    expect(driver.lowered).toBe(kernel === 'auto')
    expect(droppedBy(driver)).toEqual(['KSTREAM-SOURCE-0000000000 negative-timestamp 1'])
  })

  test('a processor may not make one', () => {
    const driver = drive((b) =>
      b
        .stream(text)
        .process(
          { process: (record) => ({ ...record, timestamp: -1 }) },
          { name: 'back', key: string, value: string },
        )
        .to(out),
    )
    expect(() => driver.input(text).pipe('k', 'v')).toThrow(/^back: the timestamp -1 of a record is negative/)
  })
})

describe('late records', () => {
  const recent = windowStore('s', { key: string, value: string, windowSize: 10, retention: 10 })
  const late = (build: (b: StreamsBuilder) => unknown, ...times: readonly number[]): TopologyTestDriver => {
    const driver = drive(build)
    for (const timestamp of times) driver.input(text).pipe('k', 'v', { timestamp })
    return driver
  }

  test.each<[string, (b: StreamsBuilder) => unknown, string]>([
    [
      'windows',
      (b) => b.stream(text).groupByKey().windowedBy(tumbling(10)).count({ name: 'node' }),
      'node late 1',
    ],
    [
      'sliding windows',
      (b) =>
        b
          .stream(text)
          .groupByKey()
          .windowedBy(sliding(10, { grace: 0 }))
          .count({ name: 'node' }),
      'node late 1',
    ],
    [
      'sessions',
      (b) =>
        b
          .stream(text)
          .groupByKey()
          .windowedBy(session(10, { grace: 0 }))
          .count({ name: 'node' }),
      'node late 1',
    ],
    [
      'a versioned table',
      (b) => b.table(text, { store: { name: 's', versioned: { history: 10 } } }),
      's expired 1',
    ],
    [
      'a window store of a processor',
      (b) =>
        b.stream(text).process(
          {
            process({ key, value, timestamp }, context) {
              context.store(recent).put(key, value, timestamp)
              return undefined
            },
          },
          { name: 'node', stores: [recent] },
        ),
      's expired 1',
    ],
  ])('%s', (_what, build, dropped) => {
    expect(droppedBy(late(build, 5, 120_000, 6))).toEqual([dropped])
  })

  test('a late side of a stream join is not kept, but not dropped either: it meets who is still there', () => {
    const driver = late((b) => b.stream(text).leftJoin(b.stream(other), both, join).to(out), 5, 120_000, 6)
    expect(droppedBy(driver).filter((dropped) => !dropped.includes('expired'))).toEqual([])
    expect(
      driver
        .output(out)
        .readAll()
        .map(({ timestamp }) => timestamp),
    ).toContain(6)
  })
})
