import { expectTypeOf, test } from 'vitest'
import {
  type CustomStoreContext,
  customStore,
  keyValueStore,
  type LoggedStore,
  type OrderedRows,
  type Processor,
  processorTopology,
  type StoreEngine,
  string,
  topic,
} from '../../src/index.ts'

const input = topic('in', { key: string, value: string })

class Words implements LoggedStore {
  readonly context: CustomStoreContext
  readonly words = new Set<string>()

  constructor(context: CustomStoreContext) {
    this.context = context
  }

  add(word: string): boolean {
    return this.words.size < this.words.add(word).size
  }

  restore(): void {}
}

const words = customStore('words', {
  build: (context) => new Words(context),
  changelog: 'each',
  kind: 'lmdb',
  layout: '2',
  topicConfig: { 'segment.ms': '60000' },
})
const map = customStore('map', { changelog: 'off', build: () => new Map<string, number>() })

test('customStore: processors get what build returned', () => {
  const processor: Processor<string, string, string, string> = {
    process: (record, context) => {
      const store = context.store(words)
      expectTypeOf(store).toEqualTypeOf<Words>()
      expectTypeOf(context.store(map)).toEqualTypeOf<Map<string, number>>()
      // @ts-expect-error the store has no such method
      store.remove('a')
      return store.add(record.value) ? record : undefined
    },
  }
  processorTopology(import.meta.url, (t) => {
    t.addSource('S', input).addProcessor('P', processor, { parents: 'S', stores: [words, map] })
  })
})

test('customStore: one that is logged can be restored, and nothing is asynchronous', () => {
  // @ts-expect-error no method restore
  customStore('map', { build: () => new Map<string, number>() })
  // @ts-expect-error a store that comes later
  customStore('words', { build: async (context) => new Words(context) })
  // @ts-expect-error a store that comes later, though it has nothing to restore
  customStore('map', { changelog: 'off', build: async () => new Map<string, number>() })
  customStore('words', {
    // @ts-expect-error a flush that ends later
    build: () => ({ restore() {}, async flush() {} }),
  })
  customStore('words', {
    changelog: 'off',
    // @ts-expect-error a close that ends later
    build: () => ({ async close() {} }),
  })
  // @ts-expect-error a restore that ends later
  customStore('words', { build: () => ({ async restore() {} }) })
  // @ts-expect-error nothing is logged that configs could be for
  customStore('map', { changelog: 'off', topicConfig: {}, build: () => new Map<string, number>() })
  // @ts-expect-error rows live on disk or in memory
  customStore('words', { kind: 'file', build: (context) => new Words(context) })
})

test('an engine keeps the rows of built-in stores', () => {
  const rows: OrderedRows = { get: () => undefined, put: () => {}, range: () => [].values() }
  const engine: StoreEngine = { name: 'mine', open: () => ({ open: () => rows }) }
  keyValueStore('s', { key: string, value: string, kind: engine })
  // @ts-expect-error rows that are opened later
  const late: StoreEngine = { name: 'late', open: () => ({ open: async () => rows }) }
  // @ts-expect-error rows that are put later
  const slow: OrderedRows = { ...rows, put: async () => {} }
  // @ts-expect-error no range
  const flat: OrderedRows = { get: () => undefined, put: () => {} }
  expectTypeOf([late, slow, flat]).not.toBeAny()
})
