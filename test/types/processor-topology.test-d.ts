import { describe, expectTypeOf, test } from 'vitest'
import {
  keyValueStore,
  long,
  type Processor,
  ProcessorTopology,
  processorTopology,
  string,
  type Topology,
  topicPattern,
} from '../../src/index.ts'
import { countTopic, later, nameTopic } from './shop.ts'

const url = 'file:///x.js'
const counts = keyValueStore('counts', { key: string, value: long })
const measure: Processor<string, string, string, number> = {
  process: (record) => ({ ...record, value: record.value.length }),
}
const filled = { sourceName: 'S', processorName: 'P' }
const t = new ProcessorTopology({ defaultKey: string })

test('processorTopology', () => {
  const limited = processorTopology(url, (t, { limit }) => t.addSource(`S${limit}`, nameTopic), {
    args: { limit: 1 },
    defaultKey: string,
  })
  expectTypeOf(limited.args).toEqualTypeOf<{ limit: number }>()
  expectTypeOf(processorTopology(url, () => {})).toExtend<Topology>()
  // @ts-expect-error it names no tables
  limited.tables.counts
  // @ts-expect-error other args
  limited.withArgs({ size: 1 })
  // @ts-expect-error the build function asks for args
  processorTopology(url, (_t, args: { limit: number }) => args)
  // @ts-expect-error building is synchronous
  processorTopology(url, async (t) => t.addSource('S', nameTopic))
  // @ts-expect-error a default is a serde
  processorTopology(url, () => {}, { defaultKey: 'string' })
})

describe('ProcessorTopology', () => {
  test('addSource', () => {
    expectTypeOf(t.addSource('S', [nameTopic, nameTopic])).toEqualTypeOf<ProcessorTopology>()
    t.addSource('S', topicPattern(/^names-/, { key: string, value: string }))
    // @ts-expect-error a name is not a topic
    t.addSource('S', 'in')
    // @ts-expect-error a source has a name
    t.addSource(nameTopic)
  })

  test('addProcessor', () => {
    const added = t.addProcessor('P', () => measure, { parents: ['S'], stores: [counts, 'other'] })
    expectTypeOf(added).toEqualTypeOf<ProcessorTopology>()
    // @ts-expect-error an async processor
    t.addProcessor('P', { process: async () => undefined }, { parents: 'S' })
    // @ts-expect-error nobody would wait
    t.addProcessor('P', { init: later, process: () => undefined }, { parents: 'S' })
    // @ts-expect-error whose records?
    t.addProcessor('P', measure, {})
    // @ts-expect-error a topic is not a store
    t.addProcessor('P', measure, { parents: 'S', stores: [countTopic] })
    // @ts-expect-error a function makes the processor, it is none
    t.addProcessor('P', (record: string) => record, { parents: 'S' })
  })

  test('addSink', () => {
    const added = t.addSink('K', countTopic, {
      parents: 'P',
      partitioner: (_topic, _key, _value, n) => n - 1,
    })
    expectTypeOf(added).toEqualTypeOf<ProcessorTopology>()
    t.addSink('D', ({ timestamp }) => `day-${timestamp}`, { parents: 'P', key: string, value: long })
    // @ts-expect-error a name says nothing of the serdes
    t.addSink('K', 'out', { parents: 'P' })
    // @ts-expect-error whose records?
    t.addSink('K', countTopic)
    // @ts-expect-error an async choice
    t.addSink('K', async () => 'out', { parents: 'P' })
    // @ts-expect-error an async partitioner
    t.addSink('K', countTopic, { parents: 'P', partitioner: later })
  })

  test('addStateStore', () => {
    expectTypeOf(t.addStateStore(counts, 'P', 'Q')).toEqualTypeOf<ProcessorTopology>()
    // @ts-expect-error a name is not a store
    t.addStateStore('counts', 'P')
    // @ts-expect-error processors are named
    t.addStateStore(counts, measure)
  })

  test('connectProcessorAndStateStores', () => {
    expectTypeOf(t.connectProcessorAndStateStores('P', 'counts')).toEqualTypeOf<ProcessorTopology>()
    // @ts-expect-error stores that are there already are named
    t.connectProcessorAndStateStores('P', counts)
  })

  test('addGlobalStore', () => {
    expectTypeOf(t.addGlobalStore(counts, countTopic, measure, filled)).toEqualTypeOf<ProcessorTopology>()
    // @ts-expect-error its source and processor have names
    t.addGlobalStore(counts, countTopic, measure, {})
    // @ts-expect-error an async processor
    t.addGlobalStore(counts, countTopic, { process: async () => undefined }, filled)
    // @ts-expect-error a name is not a store
    t.addGlobalStore('counts', countTopic, measure, filled)
  })

  test('addReadOnlyStateStore', () => {
    expectTypeOf(
      t.addReadOnlyStateStore(counts, countTopic, measure, filled),
    ).toEqualTypeOf<ProcessorTopology>()
    // @ts-expect-error its source and processor have names
    t.addReadOnlyStateStore(counts, countTopic, measure, { sourceName: 'S' })
    // @ts-expect-error from which topic?
    t.addReadOnlyStateStore(counts, measure, filled)
  })

  test('build', () => {
    expectTypeOf(t.build().subtopologies.length).toEqualTypeOf<number>()
    // @ts-expect-error there is nothing to say
    t.build({ optimize: 'all' })
  })
})
