import { test } from 'vitest'
import { keyValueStore } from '../../src/dsl/stores.ts'
import { long, type Processor, processorTopology, string, topic } from '../../src/index.ts'

const input = topic('in', { key: string, value: string })
const output = topic('out', { key: string, value: long })
const counts = keyValueStore('counts', { key: string, value: long })

const measure: Processor<string, string, string, number> = {
  process: (record) => ({ ...record, value: record.value.length }),
}

test('the low-level API takes processors of any types, and its wrong uses do not compile', () => {
  processorTopology(
    import.meta.url,
    (t, args) => {
      t.addSource('S', [input])
        .addProcessor('P', measure, { parents: 'S', stores: [counts, 'other'] })
        .addSink('K', output, { parents: ['P'], key: string, partitioner: () => args.limit })
        .addSink('D', ({ timestamp }) => `day-${timestamp}`, { parents: 'P', key: string, value: long })
    },
    { args: { limit: 1 }, defaultKey: string },
  )
  processorTopology(import.meta.url, (t) => {
    // @ts-expect-error a name is not a topic
    t.addSource('S', 'in')
    // @ts-expect-error nothing asynchronous
    t.addProcessor('P', { process: async (record) => record }, { parents: 'S' })
    // @ts-expect-error no parents
    t.addProcessor('P', measure, {})
    // @ts-expect-error a name is not a store
    t.addStateStore('counts', 'P')
    // @ts-expect-error a global store needs names of its source and processor
    t.addGlobalStore(counts, input, measure, {})
  })
  // @ts-expect-error the build function asks for args
  processorTopology(import.meta.url, (_t, args: { limit: number }) => args)
})
