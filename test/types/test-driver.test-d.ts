import { describe, expectTypeOf, test } from 'vitest'
import {
  type KeyValueStore,
  keyValueStore,
  long,
  type ReadOnlyKeyValueStore,
  type SessionStore,
  string,
  topology,
  tumbling,
  type ValueAndTimestamp,
  type WindowStore,
} from '../../src/index.ts'
import {
  type DroppedRecords,
  type ProducedRecord,
  type RawTestRecord,
  type TestInputTopic,
  type TestOutputTopic,
  type TestRecord,
  type TestStore,
  TopologyTestDriver,
} from '../../src/testing/index.ts'
import { countTopic, numberTopic, type Order, orderTopic } from './shop.ts'

const counting = topology('file:///x.js', (b) => ({
  totals: b.stream(orderTopic).groupByKey().count(),
  windows: b.stream(orderTopic).groupByKey().windowedBy(tumbling('5m')).count(),
  names: b.globalTable(numberTopic),
}))
const driver = new TopologyTestDriver(counting, { partitions: 2, seed: 5, commit: 'manual', at: 0 })
const input = driver.input(orderTopic)
const output = driver.output(countTopic)
const order = {
  customer: 'a',
  amount: 1,
  status: 'open',
  items: [],
  address: { city: '', floor: 1 },
} as const
const counts = keyValueStore('counts', { key: string, value: long })

test('options', () => {
  // @ts-expect-error a topology, not its builder
  new TopologyTestDriver((b) => b)
  // @ts-expect-error there is no broker
  new TopologyTestDriver(counting, { kafka: { brokers: [] } })
  // @ts-expect-error no such choice
  new TopologyTestDriver(counting, { commit: 'never' })
})

describe('TopologyTestDriver', () => {
  test('now', () => {
    expectTypeOf(driver.now).toEqualTypeOf<number>()
    // @ts-expect-error it is advanced
    driver.now = 5
  })

  test('input', () => {
    expectTypeOf(input).toEqualTypeOf<TestInputTopic<string, Order>>()
    driver.input(orderTopic, { startAt: 5, advance: '1s' })
    // @ts-expect-error a name says nothing of the serdes
    driver.input('orders')
    // @ts-expect-error not a duration
    driver.input(orderTopic, { advance: 'slowly' })
  })

  test('output', () => {
    expectTypeOf(output).toEqualTypeOf<TestOutputTopic<string, number>>()
    // @ts-expect-error a name says nothing of the serdes
    driver.output('counts')
  })

  test('pipeRaw', () => {
    expectTypeOf(driver.pipeRaw('orders', { key: null, value: new Uint8Array() })).toEqualTypeOf<void>()
    // @ts-expect-error bytes, not text
    driver.pipeRaw('orders', { key: 'a', value: null })
  })

  test('pipeBatch', () => {
    expectTypeOf(driver.pipeBatch([{ topic: 'orders', ...input.record('a', order) }])).toEqualTypeOf<void>()
    // @ts-expect-error to which topic?
    driver.pipeBatch([input.record('a', order)])
  })

  test('advanceWallClock', () => {
    expectTypeOf(driver.advanceWallClock('5s')).toEqualTypeOf<void>()
    // @ts-expect-error not a duration
    driver.advanceWallClock('soon')
  })

  test('commit', () => {
    expectTypeOf(driver.commit()).toEqualTypeOf<void>()
    // @ts-expect-error all or nothing
    driver.commit('orders')
  })

  test('produced', () => {
    expectTypeOf(driver.produced('counts')).toEqualTypeOf<readonly ProducedRecord[]>()
    // @ts-expect-error internal topics have names alone
    driver.produced(countTopic)
  })

  test('producedTopics', () => {
    expectTypeOf(driver.producedTopics).toEqualTypeOf<readonly string[]>()
    // @ts-expect-error it cannot be written
    driver.producedTopics = []
  })

  test('store', () => {
    expectTypeOf(driver.store(counts)).toEqualTypeOf<KeyValueStore<string, number>>()
    const { totals, windows, names } = driver.tables
    const timed: KeyValueStore<string, ValueAndTimestamp<number>> = driver.store(totals)
    const plain: ReadOnlyKeyValueStore<string, number> = driver.store(totals, 1)
    const windowed: WindowStore<string, ValueAndTimestamp<number>> = driver.store(windows)
    const sessions: SessionStore<string, number> = driver.store(windows)
    const named: ReadOnlyKeyValueStore<number, string> = driver.store(names)
    const byName: KeyValueStore<string, number> = driver.store('counts')
    expectTypeOf([timed, plain, windowed, sessions, named, byName]).not.toBeAny()
    // @ts-expect-error of other values
    const texts: KeyValueStore<string, string> = driver.store(totals)
    // @ts-expect-error of other keys
    const byNumber: KeyValueStore<number, number> = driver.store(totals)
    // @ts-expect-error its keys have no windows
    const noWindows: WindowStore<string, number> = driver.store(totals)
    // @ts-expect-error its keys have windows
    const noKeys: KeyValueStore<string, number> = driver.store(windows)
    // @ts-expect-error of other values than declared
    const declared: KeyValueStore<string, bigint> = driver.store(counts)
    expectTypeOf([texts, byNumber, noWindows, noKeys, declared]).not.toBeAny()
    // @ts-expect-error the topology returned no such table
    driver.store(driver.tables.sums)
    // @ts-expect-error a topic has no store
    driver.store(orderTopic)
  })

  test('stores', () => {
    expectTypeOf(driver.stores()).toEqualTypeOf<ReadonlyMap<string, TestStore>>()
    // @ts-expect-error there may be none of the name
    driver.stores().get('counts').entries()
  })

  test('tables', () => {
    expectTypeOf(driver.tables).toEqualTypeOf<typeof counting.tables>()
    // @ts-expect-error the topology returned no such table
    driver.tables.sums
  })

  test('dropped', () => {
    expectTypeOf(driver.dropped).toEqualTypeOf<readonly DroppedRecords[]>()
    // @ts-expect-error it cannot be written
    driver.dropped = []
  })

  test('close', () => {
    expectTypeOf(driver.close()).toEqualTypeOf<void>()
    // @ts-expect-error nothing is waited for
    driver.close({ timeout: '1s' })
  })
})

describe('TestInputTopic', () => {
  test('advanceTime', () => {
    expectTypeOf(input.advanceTime('5s')).toEqualTypeOf<void>()
    // @ts-expect-error not a duration
    input.advanceTime('soon')
  })

  test('pipe', () => {
    expectTypeOf(input.pipe('a', order, { timestamp: 1, headers: { trace: 'x' } })).toEqualTypeOf<void>()
    input.pipe(null, null)
    // @ts-expect-error a value of another type
    input.pipe('a', { customer: 'a' })
    // @ts-expect-error a key of another type
    input.pipe(1, order)
    // @ts-expect-error no such option
    input.pipe('a', order, { at: 1 })
  })

  test('pipeRaw', () => {
    expectTypeOf(input.pipeRaw(null, new Uint8Array())).toEqualTypeOf<void>()
    // @ts-expect-error bytes, not text
    input.pipeRaw('a', null)
  })

  test('pipeAll', () => {
    expectTypeOf(input.pipeAll([['a', order]])).toEqualTypeOf<void>()
    // @ts-expect-error pairs
    input.pipeAll([order])
    // @ts-expect-error values of another type
    input.pipeAll([['a', 1]])
  })

  test('record', () => {
    expectTypeOf(input.record('a', order)).toEqualTypeOf<RawTestRecord>()
    // @ts-expect-error a value of another type
    input.record('a', 1)
  })
})

describe('TestOutputTopic', () => {
  test('size', () => {
    expectTypeOf(output.size).toEqualTypeOf<number>()
    // @ts-expect-error it is read, not cut
    output.size = 0
  })

  test('isEmpty', () => {
    expectTypeOf(output.isEmpty).toEqualTypeOf<boolean>()
    // @ts-expect-error not a function
    output.isEmpty()
  })

  test('read', () => {
    expectTypeOf(output.read()).toEqualTypeOf<TestRecord<string, number> | undefined>()
    // @ts-expect-error there may be none
    output.read().value
  })

  test('readAll', () => {
    expectTypeOf(output.readAll()).toEqualTypeOf<TestRecord<string, number>[]>()
    // @ts-expect-error a value may be null
    output.readAll()[0]?.value.toFixed()
  })

  test('readValues', () => {
    expectTypeOf(output.readValues()).toEqualTypeOf<(number | null)[]>()
    // @ts-expect-error a value may be null
    output.readValues().map((value) => value.toFixed())
  })

  test('readMap', () => {
    expectTypeOf(output.readMap()).toEqualTypeOf<Map<string | null, number | null>>()
    // @ts-expect-error keys are text
    output.readMap().get(1)
  })

  test('readPairs', () => {
    expectTypeOf(output.readPairs()).toEqualTypeOf<[string | null, number | null][]>()
    // @ts-expect-error all that is there
    output.readPairs(5)
  })
})
