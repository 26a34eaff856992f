import { expect, test } from 'vitest'
import { type BuildOptions, StreamsBuilder } from '../../../src/dsl/builder.ts'
import { keyValueStore, versionedKeyValueStore, windowStore } from '../../../src/dsl/stores.ts'
import type { KStream } from '../../../src/dsl/stream.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { tumbling, unlimited } from '../../../src/dsl/windows.ts'
import { int32, long, string } from '../../../src/serde/scalars.ts'
import { text } from './topics.ts'

// Wrong uses that the types cannot tell: the build refuses them.

const serdes = { key: string, value: string }
const none = { process: () => undefined }
const first = (left: string): string => left
const joinStore = (name: string) =>
  windowStore(name, { ...serdes, windowSize: 10, retention: 10, retainDuplicates: true })

test.each<[message: string, use: (b: StreamsBuilder, stream: KStream<string, string>) => unknown]>([
  ['stream: give at least one topic', (b) => b.stream([])],
  [
    "stream: topics 'in' and 'other' have different serdes; read them as two streams and merge those",
    // Numbers both, but of other bytes.
    (b) => b.stream([topic('in', { key: string, value: long }), topic('other', { ...serdes, value: int32 })]),
  ],
  ['repartition: partitions must be 1 or more, not 0', (_, stream) => stream.repartition({ partitions: 0 })],
  [
    "branch 'split-1': give via or to, not both",
    (_, stream) => stream.split({ name: 'split-' }).branch(() => true, { via: (s) => s, to: () => {} }),
  ],
  ['no stream and no table', (_, stream) => stream.join({} as KStream<string, string>, first, { within: 5 })],
  [
    'Both StoreSuppliers have the same name',
    (_, stream) =>
      stream.join(stream, first, { within: 5, thisStore: joinStore('s'), otherStore: joinStore('s') }),
  ],
  [
    'toTable: a versioned store keeps all values and times: leave out maxEntries',
    (_, stream) => stream.toTable({ store: { name: 's', versioned: { history: '1h' }, maxEntries: 5 } }),
  ],
  [
    'toTable: a versioned store keeps all values and times: leave out timestamped',
    (_, stream) => stream.toTable({ store: { name: 's', versioned: { history: '1h' }, timestamped: false } }),
  ],
  [
    "versionedKeyValueStore('s'): segmentInterval must be larger than zero",
    () => versionedKeyValueStore('s', { ...serdes, history: '1h', segmentInterval: 0 }),
  ],
  [
    "windowStore('s'): the retention of 5 ms is less than the window size of 10 ms",
    () => windowStore('s', { ...serdes, windowSize: 10, retention: 5 }),
  ],
  ['unlimited: startAt -1 is not a time', () => unlimited({ startAt: -1 })],
  [
    'unlimited windows never close',
    (_, stream) => stream.groupByKey().windowedBy(unlimited()).emitStrategy('close'),
  ],
  [
    "count: store 's' retains 5 ms, less than the 3600000 ms that its windows and their grace need",
    (_, stream) =>
      stream
        .groupByKey()
        .windowedBy(tumbling('1h'))
        .count({ store: { name: 's', retention: 5 } }),
  ],
  [
    'A different StateStore has already been added with the name s',
    (b) => {
      b.addStateStore(keyValueStore('s', serdes)).addStateStore(keyValueStore('s', serdes))
      return b.build()
    },
  ],
  [
    'StateStore other is not added yet',
    (b, stream) => {
      stream.process(none, { stores: ['other'] })
      return b.build()
    },
  ],
])('%s', (message, use) => {
  const builder = new StreamsBuilder()
  expect(() => use(builder, builder.stream(text))).toThrow(
    expect.objectContaining({ code: 'topology-invalid', message: expect.stringContaining(message) }),
  )
})

test('options of a builder', () => {
  const builder = new StreamsBuilder({ optimize: ['none'] } as unknown as BuildOptions)
  builder.stream(text).to(text)
  expect(() => builder.build()).toThrow(expect.objectContaining({ code: 'options-invalid' }))
})
