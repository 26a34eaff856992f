import { expect, test } from 'vitest'
import { utf8, utf8Text } from '../../../src/core/bytes.ts'
import type { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { field } from '../../../src/expr/build.ts'
import { windowKey } from '../../../src/expr/window-key.ts'
import { json } from '../../../src/serde/json.ts'
import { string } from '../../../src/serde/scalars.ts'
import { aggregatedClicks, counts, text, userClicks, windowedCounts } from '../dsl/topics.ts'
import { PlanRunner } from './plan-runner.ts'

function runner(build: (builder: StreamsBuilder) => void): PlanRunner {
  return new PlanRunner(build)
}

type Sent = readonly [key: string | null, value: string | null, timestamp: number]

function send(run: PlanRunner, records: readonly Sent[], topic = 'in'): void {
  for (const [key, value, timestamp] of records) {
    run.send(topic, key === null ? null : utf8(key), value === null ? null : utf8(value), timestamp)
  }
}

/** As golden-bytes.txt prints records: `ts=5 k=61 v=78`. */
function printed(run: PlanRunner, topic: string): string[] {
  return (run.written.get(topic) ?? []).map(
    ({ key, value, timestamp }) => `ts=${timestamp} k=${key} v=${value}`,
  )
}

test('groupByKey.count, as Java recorded it', () => {
  const run = runner((b) => b.stream(text).groupByKey().count().toStream().to(counts))
  send(run, [
    ['a', 'x', 5],
    ['a', 'y', 3],
    [null, 'y', 4],
    ['a', null, 6],
  ])
  const expected = ['ts=5 k=61 v=0000000000000001', 'ts=5 k=61 v=0000000000000002']
  expect(printed(run, 'app-KSTREAM-AGGREGATE-STATE-STORE-0000000001-changelog')).toEqual(expected)
  expect(printed(run, 'out')).toEqual(expected)
  expect(run.dropped).toEqual([
    'KSTREAM-AGGREGATE-0000000002: null-key',
    'KSTREAM-AGGREGATE-0000000002: null-value',
  ])
})

test('tumbling count, as Java recorded it', () => {
  const run = runner((b) =>
    b.stream(text).groupByKey().windowedBy(tumbling(20)).count().toStream().to(windowedCounts),
  )
  send(run, [
    ['a', 'x', 5],
    ['a', 'y', 3],
    ['a', 'y', 25],
    ['a', 'late', 1],
  ])
  expect(printed(run, 'app-KSTREAM-AGGREGATE-STATE-STORE-0000000001-changelog')).toEqual([
    'ts=5 k=61000000000000000000000000 v=0000000000000001',
    'ts=5 k=61000000000000000000000000 v=0000000000000002',
    'ts=25 k=61000000000000001400000000 v=0000000000000001',
  ])
  expect(printed(run, 'out')).toEqual([
    'ts=5 k=610000000000000000 v=0000000000000001',
    'ts=5 k=610000000000000000 v=0000000000000002',
    'ts=25 k=610000000000000014 v=0000000000000001',
  ])
  expect(run.written.get('out')?.map(({ partitionChosen }) => partitionChosen)).toEqual([true, true, true])
  expect(run.dropped).toEqual(['KSTREAM-AGGREGATE-0000000002: late'])
})

test('selectKey.groupByKey.count goes through a repartition topic, as Java recorded it', () => {
  const run = runner((b) =>
    b
      .stream(text)
      .selectKey((value) => value, { key: string })
      .groupByKey()
      .count({ store: { name: 'cnt' } })
      .toStream()
      .to(counts),
  )
  send(run, [
    ['a', 'x', 5],
    ['a', null, 6],
  ])
  expect(printed(run, 'app-cnt-repartition')).toEqual(['ts=5 k=78 v=78'])
  expect(printed(run, 'app-cnt-changelog')).toEqual(['ts=5 k=78 v=0000000000000001'])
  expect(printed(run, 'out')).toEqual(['ts=5 k=78 v=0000000000000001'])
  expect(run.written.get('out')?.[0]?.partitionChosen).toBe(false)
  expect(run.dropped).toEqual(['cnt-repartition-filter: null-key'])
})

test('a window stays open through its grace, and its end is exclusive', () => {
  const run = runner((b) =>
    b
      .stream(text)
      .groupByKey()
      .windowedBy(tumbling(10, { grace: 5 }))
      .count()
      .toStream()
      .to(windowedCounts),
  )
  send(run, [
    ['a', 'x', 9],
    ['b', 'x', 14],
    ['a', 'x', 0],
    ['b', 'x', 15],
    ['a', 'x', 9],
    ['a', 'x', 10],
  ])
  expect(printed(run, 'out')).toEqual([
    'ts=9 k=610000000000000000 v=0000000000000001',
    'ts=14 k=62000000000000000a v=0000000000000001',
    'ts=9 k=610000000000000000 v=0000000000000002',
    'ts=15 k=62000000000000000a v=0000000000000002',
    'ts=10 k=61000000000000000a v=0000000000000001',
  ])
  expect(run.dropped).toEqual(['KSTREAM-AGGREGATE-0000000002: late'])
})

test('a null key does not move the stream time of a window; a null value does, and counts', () => {
  const run = runner((b) =>
    b.stream(text).groupByKey().windowedBy(tumbling(10)).count().toStream().to(windowedCounts),
  )
  send(run, [
    ['a', 'v1', 1],
    [null, 'v50', 50],
    ['a', 'v2', 2],
    ['a', null, 60],
    ['a', 'v3', 3],
  ])
  expect(printed(run, 'out')).toEqual([
    'ts=1 k=610000000000000000 v=0000000000000001',
    'ts=2 k=610000000000000000 v=0000000000000002',
    'ts=60 k=61000000000000003c v=0000000000000001',
  ])
  expect(run.dropped).toEqual([
    'KSTREAM-AGGREGATE-0000000002: null-key',
    'KSTREAM-AGGREGATE-0000000002: late',
  ])
})

test("an aggregate's update carries the headers of the record, its changelog none", () => {
  const headers = [
    { key: 'h', value: utf8('1') },
    { key: 'g', value: null },
  ]
  const run = runner((b) =>
    b
      .stream(text)
      .groupByKey()
      .count({ store: { name: 'cnt' } })
      .toStream()
      .to(counts),
  )
  run.send('in', utf8('a'), utf8('p'), 1, headers)
  run.send('in', utf8('a'), utf8('q'), 2)
  expect(run.written.get('out')?.map((record) => record.headers)).toEqual([headers, undefined])
  expect(run.written.get('app-cnt-changelog')?.map((record) => record.headers)).toEqual([
    undefined,
    undefined,
  ])
})

test('the click count: event time from the value, keys for people', () => {
  const run = runner((b) =>
    b
      .stream(userClicks)
      .filter(field('url').ne('/ping'))
      .groupByKey()
      .windowedBy(tumbling('5m', { grace: '1m' }))
      .count()
      .toStream()
      .selectKey(windowKey('{key}@{start:HH:mm:ss}'))
      .to(aggregatedClicks),
  )
  const click = (url: string, timestamp: number): Sent => [
    'user123',
    JSON.stringify({ userId: 'user123', url, timestamp }),
    7,
  ]
  send(
    run,
    [
      click('/home', 1704447600),
      click('/ping', 1704447600),
      click('/home', 1704447899.9994),
      click('/home', 1704447900),
      click('/home', -1),
    ],
    'user-clicks',
  )
  const out = run.written.get('aggregated-clicks')!
  expect(
    out.map(({ key, value, timestamp }) => [utf8Text(Buffer.from(key!, 'hex')), value, timestamp]),
  ).toEqual([
    ['user123@09:40:00', '0000000000000001', 1704447600000],
    ['user123@09:40:00', '0000000000000002', 1704447899999],
    ['user123@09:45:00', '0000000000000001', 1704447900000],
  ])
  expect(run.dropped).toEqual(['KSTREAM-SOURCE-0000000000: negative-timestamp'])
})

test('stateless steps, by expression and by lambda', () => {
  interface Item {
    readonly name: string
    readonly n: number
    readonly tag?: string
  }
  const items = topic('items', { key: string, value: json<Item>(), nullable: true })
  const out = (name: string) => topic(name, { key: string, value: json<unknown>() })
  const run = runner((b) => {
    const stream = b.stream(items)
    stream.mapValues({ who: field('name'), many: field('n').gt(1), tag: field('tag') }).to(out('projected'))
    stream.filterNot(field('n').gt(1)).to(out('few'))
    stream.filterNot((value) => value === null).to(out('some'))
    stream.filter((value) => value === null).to(out('null'))
    stream.selectKey(field('tag')).to(out('tagged'))
    stream.mapValues((value, key) => (value ? `${key}:${value.n}` : null)).to(out('mapped'))
  })
  send(
    run,
    [
      ['k', '{"name":"x","n":2}', 1],
      ['l', '{"name":"y","n":1,"tag":"t"}', 2],
      [null, null, 3],
    ],
    'items',
  )
  const values = (name: string) =>
    run.written
      .get(name)
      ?.map(({ key, value }) => [
        key && utf8Text(Buffer.from(key, 'hex')),
        value && utf8Text(Buffer.from(value, 'hex')),
      ])
  const [x, y, none] = [
    ['k', '{"name":"x","n":2}'],
    ['l', '{"name":"y","n":1,"tag":"t"}'],
    [null, null],
  ]
  expect(values('projected')).toEqual([
    ['k', '{"who":"x","many":true}'],
    ['l', '{"who":"y","many":false,"tag":"t"}'],
    none,
  ])
  expect(values('few')).toEqual([y, none])
  expect(values('some')).toEqual([x, y])
  expect(values('null')).toEqual([none])
  expect(values('tagged')).toEqual([[null, x![1]], ['t', y![1]], none])
  expect(values('mapped')).toEqual([['k', '"k:2"'], ['l', '"l:1"'], none])
})

test('children run in the order of their calls, depth first', () => {
  const out = (name: string) => topic(name, { key: string, value: string })
  const run = runner((b) => {
    const stream = b.stream(text)
    const first = stream.filter(() => true)
    stream.to(out('second'))
    first.to(out('first'))
    stream.mapValues((value) => value).to(out('third'))
  })
  send(run, [['a', 'v', 1]])
  expect([...run.written.keys()]).toEqual(['first', 'second', 'third'])
})
