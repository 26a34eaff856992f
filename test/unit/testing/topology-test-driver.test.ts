import { describe, expect, test } from 'vitest'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic, topicPattern } from '../../../src/dsl/topic.ts'
import type { Topology } from '../../../src/dsl/topology.ts'
import { long, string } from '../../../src/serde/scalars.ts'
import {
  TopologyTestDriver,
  type TopologyTestDriverOptions,
} from '../../../src/testing/topology-test-driver.ts'
import { windowed } from '../app/topologies.ts'
import { drive } from './drive.ts'

const text = topic('in', { key: string, value: string })
const other = topic('other', { key: string, value: string })
const out = topic('out', { key: string, value: string })

const copy = (b: StreamsBuilder): void => b.stream(text).to(out)

test('records go in and come out with time and headers', () => {
  const driver = drive(copy, { at: 77 })
  const input = driver.input(text)
  const output = driver.output(out)
  expect([output.isEmpty, output.read()]).toEqual([true, undefined])
  input.pipe('a', 'x', { timestamp: 5, headers: { h: '1', none: null } })
  input.pipe(null, null)
  input.pipeRaw(utf8('b'), utf8('y'), { timestamp: 6 })
  expect(output.size).toBe(3)
  const headers = [
    { key: 'h', value: utf8('1') },
    { key: 'none', value: null },
  ]
  expect(output.read()).toEqual({ key: 'a', value: 'x', timestamp: 5, headers })
  expect(output.read()).toMatchObject({ key: null, value: null, timestamp: 77 })
  expect(output.readPairs()).toEqual([['b', 'y']])
  expect(output.isEmpty).toBe(true)
  expect(driver.producedTopics).toEqual(['out'])
})

test('a topic that nobody reads, and options that cannot be, are refused', () => {
  expect(() => drive(copy).input(other).pipe('a', 'x')).toThrow("the topology reads no topic 'other'")
  expect(() => drive(copy, { cacheMaxBytes: -1 })).toThrow('cacheMaxBytes')
})

test('what is written to a source topic comes back', () => {
  const driver = drive((b) => {
    b.stream(text)
      .filter((value) => value.length < 3)
      .mapValues((value) => `${value}x`, { value: string })
      .to(text)
  })
  driver.input(text).pipe('a', '')
  expect(driver.produced('in').map(({ value, offset }) => [utf8Text(value!), offset])).toEqual([
    ['x', 0],
    ['xx', 1],
    ['xxx', 2],
  ])
})

test('all topics of a pattern are read as one', () => {
  const seen: string[] = []
  const numbered = topicPattern(/t\d/, { key: string, value: string })
  const driver = drive((b) => {
    b.stream(numbered).process({
      process: (_record, context) => {
        const { topic: name, offset } = context.recordMetadata!
        seen.push(`${name}@${offset}`)
        return undefined
      },
    })
  })
  for (const name of ['t1', 't2', 't1']) driver.pipeRaw(name, { key: null, value: null })
  expect(seen).toEqual(['t1@0', 't2@1', 't1@2'])
  expect(() => driver.pipeRaw('t12', { key: null, value: null })).toThrow('reads no topic')
})

test('a batch is taken in order of time over its topics', () => {
  const driver = drive((b) => b.stream(text).merge(b.stream(other)).to(out))
  const [one, two] = [driver.input(text), driver.input(other)]
  driver.pipeBatch([
    { topic: 'in', ...one.record('a', '5', { timestamp: 5 }) },
    { topic: 'in', ...one.record('a', '1', { timestamp: 1 }) },
    { topic: 'other', ...two.record('a', '3', { timestamp: 3 }) },
  ])
  expect(
    driver
      .output(out)
      .readPairs()
      .map(([, value]) => value),
  ).toEqual(['3', '5', '1'])
})

test('max task idle: one topic waits for the other until the clock has moved', () => {
  const driver = drive((b) => b.stream(text).merge(b.stream(other)).to(out), { maxTaskIdle: 100 })
  driver.input(text).pipe('a', 'x')
  driver.advanceWallClock(99)
  expect(driver.output(out).isEmpty).toBe(true)
  driver.advanceWallClock(1)
  expect(driver.output(out).size).toBe(1)
})

test('topics and partitions chosen by functions', () => {
  const driver = drive((b) => {
    const stream = b.stream(text)
    stream.to(({ value }) => `to-${value}`)
    stream.to(out, {
      partitioner: (_topic, _key, value) => (value === 'none' ? [] : value === 'x' ? undefined : [2, 0, 2]),
    })
  })
  for (const value of ['x', 'y', 'none']) driver.input(text).pipe('a', value)
  expect(driver.producedTopics).toEqual(['to-x', 'out', 'to-y', 'to-none'])
  expect(driver.produced('out').map((record) => [record.partition, record.partitionChosen])).toEqual([
    [0, false],
    [2, true],
    [0, true],
  ])
  expect(driver.dropped).toEqual([{ node: 'KSTREAM-SINK-0000000002', reason: 'no-partition', count: 1 }])
})

describe('a topology that is a region of the kernel', () => {
  const click = JSON.stringify({ userId: 'ann', url: '/', timestamp: 1_704_456_000 })
  const [clicks, counts] = ['user-clicks', topic('counts', { key: string, value: long })] as const

  function driven(options: TopologyTestDriverOptions): TopologyTestDriver {
    const driver = new TopologyTestDriver(windowed as Topology, options)
    for (const value of [click, click]) driver.pipeRaw(clicks, { key: utf8('ann'), value: utf8(value) })
    return driver
  }

  test('runs as one, and gives the same as record at a time', () => {
    const [region, records] = [driven({}), driven({ kernel: 'off' })]
    expect([region.lowered, records.lowered]).toEqual([true, false])
    const seen = (driver: TopologyTestDriver): unknown => ({
      all: driver.producedTopics.toSorted().map((name) => driver.produced(name)),
      stores: [...driver.stores().values()].map((store) => store.entries()),
    })
    expect(seen(region)).toEqual(seen(records))
    expect(
      region
        .output(counts)
        .readAll()
        .map(({ value }) => value),
    ).toEqual([1, 2])
  })

  test('bad input meets the handler', () => {
    const driver = driven({ deserializationHandler: 'continue', deadLetterTopic: 'dead' })
    driver.pipeRaw(clicks, { key: utf8('ann'), value: utf8('no json') })
    expect(driver.produced('dead').map(({ value }) => utf8Text(value!))).toEqual(['no json'])
    expect(() => {
      driven({}).pipeRaw(clicks, { key: null, value: utf8('no json') })
    }).toThrow('offset 2 of user-clicks-0')
  })
})

describe('commit on demand', () => {
  const counted = (b: StreamsBuilder): void =>
    b
      .stream(text)
      .groupByKey()
      .count({ store: { name: 'counts' } })
      .toStream()
      .to(topic('counts', { key: string, value: long }))

  function values(driver: TopologyTestDriver): unknown[] {
    return driver.output(topic('counts', { key: string, value: long })).readPairs()
  }

  test('a cached table forwards the last update of a key', () => {
    const driver = drive(counted, { commit: 'manual' })
    for (const key of ['a', 'b', 'a']) driver.input(text).pipe(key, 'x')
    expect(values(driver)).toEqual([])
    driver.commit()
    expect(values(driver)).toEqual([
      ['b', 1],
      ['a', 2],
    ])
  })

  test('without a cache, every update', () => {
    const driver = drive(counted, { commit: 'manual', cacheMaxBytes: 0 })
    for (const key of ['a', 'a']) driver.input(text).pipe(key, 'x')
    expect(values(driver)).toEqual([
      ['a', 1],
      ['a', 2],
    ])
  })
})

describe('several partitions', () => {
  const byValue = (b: StreamsBuilder): void => {
    b.stream(text)
      .selectKey((value) => value, { key: string })
      .groupByKey()
      .count({ store: { name: 'counts' } })
      .toStream()
      .to(topic('counts', { key: string, value: long }))
  }

  function run(seed: number | undefined): TopologyTestDriver {
    const driver = drive(byValue, { partitions: 3, ...(seed !== undefined && { seed }) })
    const input = driver.input(text)
    driver.pipeBatch(
      Array.from({ length: 30 }, (_, i) => ({
        topic: 'in',
        ...input.record(`k${i % 7}`, `v${i % 5}`, { timestamp: i }),
      })),
    )
    return driver
  }

  test('each key has its task, and all its records meet there', () => {
    const driver = run(undefined)
    const last = new Map(driver.output(topic('counts', { key: string, value: long })).readPairs())
    expect(Object.fromEntries(last)).toEqual({ v0: 6, v1: 6, v2: 6, v3: 6, v4: 6 })
    const store = driver.stores().get('counts')!
    expect(store.stores).toHaveLength(3)
    expect(store.entries()).toHaveLength(5)
    const partitions = new Set(driver.produced('test-counts-repartition').map(({ partition }) => partition))
    expect(partitions.size).toBeGreaterThan(1)
  })

  test('a seed lets tasks take turns otherwise, and the same way again', () => {
    const order = (seed: number | undefined): string =>
      run(seed)
        .produced()
        .map(({ topic: name, partition, offset }) => `${name}-${partition}@${offset}`)
        .join(' ')
    expect(order(1)).toBe(order(1))
    expect(new Set([order(undefined), order(1), order(2), order(3)]).size).toBeGreaterThan(2)
  })
})
