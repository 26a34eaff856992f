import { describe, expectTypeOf, test } from 'vitest'
import {
  KafkaStreams,
  type KeyValueStoreView,
  type KTable,
  type StoreView,
  topology,
  tumbling,
  type Windowed,
  type WindowStoreView,
} from '../../src/index.ts'
import { orderTopic } from './shop.ts'

const counting = topology('file:///x.js', (b) => ({
  totals: b.stream(orderTopic).groupByKey().count(),
  windows: b.stream(orderTopic).groupByKey().windowedBy(tumbling('5m')).count(),
}))
const kafka = { brokers: ['localhost:9092'] }
const app = new KafkaStreams(counting, { applicationId: 'x', kafka })

describe('KafkaStreams', () => {
  test('options', () => {
    expectTypeOf(app).toEqualTypeOf<KafkaStreams<typeof counting.tables>>()
    // @ts-expect-error as which group?
    new KafkaStreams(counting, { kafka })
    // @ts-expect-error which brokers?
    new KafkaStreams(counting, { applicationId: 'x' })
    // @ts-expect-error no such option
    new KafkaStreams(counting, { applicationId: 'x', kafka, commitIntervalMs: 5 })
    // @ts-expect-error not a duration
    new KafkaStreams(counting, { applicationId: 'x', kafka, commitInterval: 'often' })
    // @ts-expect-error an async handler
    new KafkaStreams(counting, { applicationId: 'x', kafka, processingHandler: async () => 'fail' })
    // @ts-expect-error only what the broker may take another time can be tried again
    new KafkaStreams(counting, { applicationId: 'x', kafka, processingHandler: () => 'retry' })
    // @ts-expect-error nobody would know what to try again
    new KafkaStreams(counting, { applicationId: 'x', kafka, productionHandler: 'retry' })
    // @ts-expect-error a topology, not a table
    new KafkaStreams(counting.tables.totals, { applicationId: 'x', kafka })
  })

  test('store', () => {
    expectTypeOf(app.store('totals')).toEqualTypeOf<KeyValueStoreView<string, number>>()
    expectTypeOf(app.store('windows')).toEqualTypeOf<WindowStoreView<string, number>>()
    expectTypeOf<StoreView<KTable<string, number>>>().toEqualTypeOf<KeyValueStoreView<string, number>>()
    expectTypeOf<StoreView<KTable<Windowed<string>, number>>>().toEqualTypeOf<
      WindowStoreView<string, number>
    >()
    expectTypeOf(app.store('totals').get('a')).resolves.toEqualTypeOf<number | undefined>()
    // @ts-expect-error the topology returned no such table
    app.store('sums')
    // @ts-expect-error in which window?
    app.store('windows').get('a')
    // @ts-expect-error it has no windows
    app.store('totals').fetch('a', 0)
    // @ts-expect-error keys are text
    void app.store('totals').get(1)
    // @ts-expect-error a queried store is read
    app.store('totals').put('a', 1)
  })

  test('on', () => {
    const stop = app.on('dropped', ({ node, reason, count }) => console.log(node, reason, count))
    expectTypeOf(stop).toEqualTypeOf<() => void>()
    // @ts-expect-error no such event
    app.on('stopped', () => {})
    // @ts-expect-error an event of other facts
    app.on('state', ({ node }) => console.log(node))
  })
})
