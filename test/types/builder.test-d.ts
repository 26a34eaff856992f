import { describe, expectTypeOf, test } from 'vitest'
import { StreamsBuilder } from '../../src/dsl/builder.ts'
import {
  type GlobalKTable,
  json,
  type KStream,
  type KTable,
  keyValueStore,
  long,
  type StreamRecord,
  string,
  type Topology,
  topic,
  topicPattern,
  topology,
  tumbling,
  type Windowed,
} from '../../src/index.ts'
import { builder, countTopic, later, nameTopic, type Order, orderTopic } from './shop.ts'

const url = 'file:///x.js'
const nullableOrders = topic('n', { key: string, value: json<Order>(), nullable: true })
const allOrders = topicPattern(/^orders-/, { key: string, value: json<Order>() })
const seen = keyValueStore('seen', { key: string, value: long })

describe('StreamsBuilder', () => {
  test('stream', () => {
    expectTypeOf(builder.stream(orderTopic, { name: 'source' })).toEqualTypeOf<KStream<string, Order>>()
    expectTypeOf(builder.stream(nullableOrders)).toEqualTypeOf<KStream<string, Order | null>>()
    expectTypeOf(builder.stream(allOrders)).toEqualTypeOf<KStream<string, Order>>()
    expectTypeOf(builder.stream([orderTopic, nullableOrders])).toEqualTypeOf<KStream<string, Order | null>>()
    // @ts-expect-error a name says nothing of the serdes
    builder.stream('orders')
    // @ts-expect-error topics of one stream have the same values
    builder.stream([orderTopic, nameTopic])
    // @ts-expect-error a source has the topic's serdes
    builder.stream(orderTopic, { value: string })
  })

  test('table', () => {
    expectTypeOf(builder.table(orderTopic, { store: { name: 'orders' } })).toEqualTypeOf<
      KTable<string, Order>
    >()
    // Null deletes: it is no value of a table.
    expectTypeOf(builder.table(nullableOrders)).toEqualTypeOf<KTable<string, Order>>()
    // @ts-expect-error a table is of one topic
    builder.table([orderTopic])
    // @ts-expect-error a table is of one topic
    builder.table(allOrders)
    // @ts-expect-error only windows are retained
    builder.table(orderTopic, { store: { retention: '1h' } })
  })

  test('globalTable', () => {
    expectTypeOf(builder.globalTable(orderTopic)).toEqualTypeOf<GlobalKTable<string, Order>>()
    // @ts-expect-error a global table is of one topic
    builder.globalTable(allOrders)
    // @ts-expect-error no such kind of store
    builder.globalTable(orderTopic, { store: { kind: 'disk' } })
  })

  test('addStateStore', () => {
    expectTypeOf(builder.addStateStore(seen)).toEqualTypeOf<StreamsBuilder>()
    // @ts-expect-error a name is not a store
    builder.addStateStore('seen')
    // @ts-expect-error processors say which stores they use
    builder.addStateStore(seen, 'processor')
  })

  test('addGlobalStore', () => {
    const filled = builder.addGlobalStore(seen, countTopic, {
      process({ key, value }, { store }) {
        store(seen).put(key, value)
        return undefined
      },
    })
    expectTypeOf(filled).toEqualTypeOf<StreamsBuilder>()
    // @ts-expect-error from which topic?
    builder.addGlobalStore(seen, { process: () => undefined })
    // @ts-expect-error an async processor
    builder.addGlobalStore(seen, countTopic, { process: async () => undefined })
    // @ts-expect-error nobody would wait
    builder.addGlobalStore(seen, countTopic, { init: later, process: () => undefined })
    // @ts-expect-error a processor of other values
    builder.addGlobalStore(seen, nameTopic, { process: (_: StreamRecord<string, number>) => undefined })
    // @ts-expect-error there is nothing behind it
    builder.addGlobalStore(seen, countTopic, { process: (record) => record })
  })

  test('build', () => {
    expectTypeOf(builder.build().subtopologies.length).toEqualTypeOf<number>()
    new StreamsBuilder({
      optimize: ['reuse.ktable.source.topics'],
      explicitNames: true,
      defaultStore: 'memory',
    })
    // @ts-expect-error no such optimization
    new StreamsBuilder({ optimize: ['none'] })
    // @ts-expect-error the builder has the options
    builder.build({ optimize: 'all' })
  })
})

describe('topologies', () => {
  const clickCounts = topology(url, (b) => ({
    counts: b.stream(orderTopic).groupByKey().windowedBy(tumbling('5m')).count(),
    names: b.globalTable(nameTopic),
  }))
  const sized = topology(
    url,
    (b, { minutes }) => ({
      counts: b
        .stream(orderTopic)
        .groupByKey()
        .windowedBy(tumbling(`${minutes}m`))
        .count(),
    }),
    { args: { minutes: 5 } },
  )

  test('topology', () => {
    expectTypeOf(clickCounts.tables.counts).toEqualTypeOf<KTable<Windowed<string>, number>>()
    expectTypeOf(clickCounts.tables.names).toEqualTypeOf<GlobalKTable<string, string>>()
    const pass = topology(url, (b) => {
      b.stream(orderTopic).to(orderTopic)
    })
    expectTypeOf(pass.tables).toEqualTypeOf<Readonly<Record<never, never>>>()
    // @ts-expect-error no such table
    clickCounts.tables.totals
    // @ts-expect-error a stream cannot be queried
    topology(url, (b) => ({ orders: b.stream(orderTopic) }))
    // @ts-expect-error the build function asks for args
    topology(url, (b, args: { n: number }) => ({ names: b.table(nameTopic, { name: `${args.n}` }) }))
    // @ts-expect-error building is synchronous
    topology(url, async (b) => ({ names: b.table(nameTopic) }))
    // @ts-expect-error building is synchronous
    topology(url, async () => {})
    // @ts-expect-error no such option
    topology(url, () => undefined, { optimise: 'all' })
  })

  test('Topology', () => {
    expectTypeOf(sized.args).toEqualTypeOf<{ minutes: number }>()
    expectTypeOf(sized.withArgs({ minutes: 6 })).toEqualTypeOf<typeof sized>()
    expectTypeOf(clickCounts.describe()).toEqualTypeOf<string>()
    expectTypeOf(clickCounts.toMermaid()).toEqualTypeOf<string>()
    expectTypeOf(clickCounts.explain()).toEqualTypeOf<string>()
    expectTypeOf(clickCounts.explain('json')).toExtend<readonly { readonly runs: 'wasm' | 'js' }[]>()
    expectTypeOf(clickCounts).toExtend<Topology>()
    // @ts-expect-error other args
    sized.withArgs({ hours: 6 })
    // @ts-expect-error no such format
    clickCounts.explain('xml')
  })
})
