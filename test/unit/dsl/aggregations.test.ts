import { expect, test } from 'vitest'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import type { KTable } from '../../../src/dsl/table.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { topology } from '../../../src/dsl/topology.ts'
import { hopping, session, sliding, tumbling, unlimited } from '../../../src/dsl/windows.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import type { Windowed } from '../../../src/serde/windowed.ts'
import {
  TopologyTestDriver,
  type TopologyTestDriverOptions,
} from '../../../src/testing/topology-test-driver.ts'
import { text } from './topics.ts'

const numbers = topic('numbers', { key: string, value: long })
const windows = topic('windows', { key: string, value: string })

type Step = readonly [key: string | null, value: string | null, timestamp: number]

/** Runs steps through a topology that ends in the topic `windows`: `key value` of each record, `!` if it is final. */
function run(
  build: (b: StreamsBuilder) => void,
  steps: readonly Step[],
  options: TopologyTestDriverOptions = {},
): string[] {
  const driver = new TopologyTestDriver(
    topology(import.meta.url, (b) => {
      build(b)
      return undefined
    }),
    { cacheMaxBytes: 0, ...options },
  )
  try {
    const input = driver.input(text)
    for (const [key, value, timestamp] of steps) input.pipe(key, value, { timestamp })
    return driver
      .output(windows)
      .readAll()
      .map(({ key, value, headers }) => {
        const final = headers.some(
          ({ key: name, value: flag }) => name === 'final' && `${Buffer.from(flag ?? [])}` === 'true',
        )
        return `${key} ${value}${final ? ' !' : ''}`
      })
  } finally {
    driver.close()
  }
}

function write(table: KTable<Windowed<string>, string>): void {
  table
    .toStream()
    .selectKey((_, { key, window }) => `${key}@${window.start}`)
    .to(windows)
}

const join = (all: string, value: string): string => `${all}${value}`

test('windows that cannot be are refused, naming the call and the argument', () => {
  const refused = (make: () => unknown, message: RegExp): void => expect(make).toThrow(message)
  refused(() => tumbling(0), /^tumbling: the size must be larger than zero/)
  refused(() => hopping(10, { advance: 11 }), /^hopping: the advance of 11 ms .* at most the size of 10 ms/)
  refused(() => hopping(10, { advance: 0 }), /^hopping: the advance of 0 ms/)
  refused(() => sliding(-1), /^sliding: difference: -1/)
  refused(() => session('1m', { grace: -1 }), /^session: grace: -1/)
  refused(() => unlimited({ startAt: -1 }), /^unlimited: startAt -1/)
})

test('a store that retains less than its windows need is refused', () => {
  const build = (of: (b: StreamsBuilder) => unknown) => () => topology(import.meta.url, (b) => void of(b))
  const store = { name: 'few', retention: 29 } as const
  const message = /store 'few' retains 29 ms, less than the 30 ms/
  expect(
    build((b) =>
      b
        .stream(text)
        .groupByKey()
        .windowedBy(tumbling(20, { grace: 10 }))
        .count({ store }),
    ),
  ).toThrow(message)
  expect(
    build((b) =>
      b
        .stream(text)
        .groupByKey()
        .windowedBy(sliding(10, { grace: 10 }))
        .count({ store }),
    ),
  ).toThrow(message)
  expect(
    build((b) =>
      b
        .stream(text)
        .groupByKey()
        .windowedBy(session(20, { grace: 10 }))
        .count({ store }),
    ),
  ).toThrow(message)
})

test('windows without end are never emitted on close', () => {
  topology(import.meta.url, (b) => {
    const grouped = b.stream(text).groupByKey().windowedBy(unlimited())
    expect(grouped.emitStrategy('update')).toBe(grouped)
    expect(() => grouped.emitStrategy('both')).toThrow("emitStrategy('both'): unlimited windows never close")
    return undefined
  })
})

test('an aggregate needs the serde of its values', () => {
  topology(import.meta.url, (b) => {
    const grouped = b.stream(text).groupByKey()
    const missing = expect.objectContaining({ code: 'serde-missing' })
    expect(() => grouped.aggregate(() => '', join)).toThrow(missing)
    expect(() => grouped.cogroup(join).aggregate(() => '')).toThrow(missing)
    expect(() => grouped.windowedBy(session(1)).aggregate(() => '', join, { merge: join })).toThrow(missing)
    return undefined
  })
})

test('updates and one final record: the last has the header, and repeats the value', () => {
  const output = run(
    (b) =>
      write(
        b
          .stream(text)
          .groupByKey()
          .windowedBy(tumbling(10))
          .emitStrategy('both')
          .aggregate(() => '', join, { value: string }),
      ),
    [
      ['a', 'x', 1],
      ['b', 'y', 2],
      ['a', 'z', 9],
      ['a', 'n', 95],
    ],
  )
  expect(output).toEqual(['a@0 x', 'b@0 y', 'a@0 xz', 'a@90 n', 'a@0 xz !', 'b@0 y !'])
})

test('a final record beside updates changes nothing in a table behind', () => {
  const output = run(
    (b) => {
      const counts = b.stream(text).groupByKey().windowedBy(tumbling(10)).emitStrategy('both').count()
      counts
        .groupBy((count, { key }) => [key, count], { key: string, value: long })
        .reduce(
          (sum, count) => sum + count,
          (sum, count) => sum - count,
        )
        .mapValues(String)
        .toStream()
        .to(windows)
    },
    [
      ['a', 'x', 1],
      ['a', 'y', 12],
      ['a', 'z', 13],
    ],
  )
  expect(output.at(-1)).toBe('a 3')
})

test('what a failing function interrupts is emitted with the next record', () => {
  const output = run(
    (b) =>
      write(
        b
          .stream(text)
          .groupByKey()
          .windowedBy(tumbling(10))
          .emitStrategy('close')
          .aggregate(
            () => '',
            (all, value) => {
              if (value === 'bad') throw new Error('bad')
              return join(all, value)
            },
            { value: string },
          ),
      ),
    [
      ['a', 'x', 1],
      ['a', 'bad', 10],
      ['a', 'y', 11],
    ],
    { processingHandler: 'continue' },
  )
  expect(output).toEqual(['a@0 x'])
})

test('sliding windows of no difference fail when a record comes, as in Java', () => {
  const build = (b: StreamsBuilder): void => void b.stream(text).groupByKey().windowedBy(sliding(0)).count()
  expect(() => run(build, [['a', 'x', 5]])).toThrow(/sliding windows of a difference of 0 ms hold nothing/)
})

test('groups of a cogroup share their repartition topics among aggregations, and a group has one adder', () => {
  const built = topology(import.meta.url, (b) => {
    const one = b.stream(text).groupByKey()
    const two = b
      .stream(numbers)
      .selectKey((_, key) => key, { key: string })
      .groupByKey({ name: 'two', value: long })
    const cogrouped = one
      .cogroup((all: string) => `${all}never`)
      .cogroup(two, (all, value) => `${all}${value}`)
      .cogroup(one, join)
    cogrouped
      .aggregate(() => '', { value: string, name: 'all' })
      .toStream()
      .to(windows)
    cogrouped.windowedBy(tumbling(10)).aggregate(() => '', { value: string })
    return undefined
  })
  expect(built.describe().match(/Sink: two-repartition-sink/g)).toHaveLength(1)
  expect(built.describe()).toContain('all-cogroup-merge')
  const driver = new TopologyTestDriver(built, { cacheMaxBytes: 0 })
  driver.input(numbers).pipe('a', 7, { timestamp: 1 })
  driver.input(text).pipe('a', 'x', { timestamp: 2 })
  expect(driver.output(windows).readPairs()).toEqual([
    ['a', '7'],
    ['a', '7x'],
  ])
  driver.close()
})

test('records without key or value, and late ones, are reported as dropped', () => {
  const built = topology(import.meta.url, (b) => {
    const grouped = b.stream(text).groupByKey()
    grouped.count({ name: 'all' })
    grouped.windowedBy(tumbling(10)).count({ name: 'time' })
    grouped.windowedBy(sliding(10)).count({ name: 'sliding' })
    grouped.windowedBy(session(10)).count({ name: 'session' })
    return undefined
  })
  const driver = new TopologyTestDriver(built)
  const input = driver.input(text)
  for (const [key, value, timestamp] of [
    [null, 'x', 100],
    ['a', null, 100],
    ['a', 'x', 100],
    ['a', 'x', 5],
  ] as const)
    input.pipe(key, value, { timestamp })
  const dropped = driver.dropped.map(({ node, reason, count }) => `${node} ${reason} ${count}`)
  expect(dropped.sort()).toEqual([
    'all null-key 1',
    'all null-value 1',
    'session late 1',
    'session null-key 1',
    'sliding late 1',
    'sliding null-key 1',
    'sliding null-value 1',
    'time late 1',
    'time null-key 1',
  ])
  driver.close()
})
