import { describe, expect, test } from 'vitest'
import { StreamsBuilder } from '../../../src/dsl/builder.ts'
import { customStore } from '../../../src/dsl/custom-store.ts'
import { processorTopology } from '../../../src/dsl/processor-topology.ts'
import {
  keyValueStore,
  sessionStore,
  timestampedWindowStore,
  versionedKeyValueStore,
} from '../../../src/dsl/stores.ts'
import { untilWindowCloses } from '../../../src/dsl/suppressed.ts'
import { topic } from '../../../src/dsl/topic.ts'
import { tumbling } from '../../../src/dsl/windows.ts'
import { internalTopics } from '../../../src/plan/internal-topics.ts'
import { lower } from '../../../src/plan/lower.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { planHash } from '../../../src/plan/plan-hash.ts'
import { isOnDisk, storeFingerprint } from '../../../src/plan/store-spec.ts'
import { string } from '../../../src/serde/scalars.ts'
import type { StoreContext } from '../../../src/store/store-directory.ts'
import type { StoreEngine } from '../../../src/store/store-engine.ts'
import { MapEngine } from '../store/map-engine.ts'
import { text } from './topics.ts'

const nothing = { process: () => undefined }
const build = () => ({ restore() {} })

function planned(add: (builder: StreamsBuilder) => void): Plan {
  const builder = new StreamsBuilder()
  add(builder)
  return builder.build()
}

/** Configs of the changelogs, by store. */
function configs(plan: Plan): Record<string, unknown> {
  const topics = internalTopics(plan, 'app', () => 1).filter(({ kind }) => kind === 'changelog')
  return Object.fromEntries(topics.map(({ store, config }) => [store, config]))
}

describe('a custom store', () => {
  const stored = customStore('own', { build })

  test('is described, and has a changelog, as one of a StoreBuilder', () => {
    const topology = processorTopology(import.meta.url, (t) => {
      t.addSource('S', text).addProcessor('P', nothing, { parents: 'S' }).addStateStore(stored, 'P')
    })
    expect(topology.describe()).toBe(`Topologies:
   Sub-topology: 0
    Source: S (topics: [in])
      --> P
    Processor: P (stores: [own])
      --> none
      <-- S

`)
    expect(internalTopics(topology.plan, 'app', () => 3)).toEqual([
      {
        kind: 'changelog',
        name: 'app-own-changelog',
        store: 'own',
        subtopology: 0,
        partitions: 3,
        config: { 'cleanup.policy': 'compact', 'message.timestamp.type': 'CreateTime' },
      },
    ])
  })

  test('logs nothing if it is told so', () => {
    const unlogged = customStore('own', { changelog: 'off', build: () => new Map() })
    const plan = planned((b) =>
      b
        .addStateStore(unlogged)
        .stream(text)
        .process(nothing, { stores: ['own'] }),
    )
    expect(plan.stores).toMatchObject([{ kind: 'custom', name: 'own', changelog: 'off' }])
    expect(internalTopics(plan, 'app', () => 1)).toEqual([])
  })

  test('is on disk with its rows only, and by their layout', () => {
    const onDisk = customStore('own', { kind: 'lmdb', build })
    const other = customStore('own', { kind: 'lmdb', layout: '2', build })
    expect([stored, onDisk, other].map(({ spec }) => isOnDisk(spec))).toEqual([false, true, true])
    expect(storeFingerprint(onDisk.spec)).not.toBe(storeFingerprint(other.spec))
  })

  test('has a name that a topic can have', () => {
    expect(() => customStore('a b', { build })).toThrowError(
      expect.objectContaining({
        code: 'topology-invalid',
        message: expect.stringContaining('store name "a b"'),
      }),
    )
  })

  test('is one of many by the same name only once', () => {
    expect(() =>
      planned((b) => {
        b.addStateStore(stored).addStateStore(customStore('own', { build }))
      }),
    ).toThrowError('A different StateStore has already been added with the name own')
  })
})

describe('configs of changelog topics', () => {
  const topicConfig = { 'cleanup.policy': 'delete', 'retention.ms': '5' }
  const compacted = {
    'message.timestamp.type': 'CreateTime',
    'cleanup.policy': 'delete',
    'retention.ms': '5',
  }

  test('take the place of those of Java, for stores of processors', () => {
    const serdes = { key: string, value: string, topicConfig }
    const stores = [
      keyValueStore('kv', serdes),
      timestampedWindowStore('win', { ...serdes, windowSize: '1m', retention: '1h' }),
      sessionStore('ses', { ...serdes, retention: '1h' }),
      versionedKeyValueStore('ver', { ...serdes, history: '1h' }),
      customStore('own', { topicConfig, build }),
    ]
    expect(configs(planned((b) => b.stream(text).process(nothing, { stores })))).toEqual({
      kv: compacted,
      win: compacted,
      ses: compacted,
      ver: { ...compacted, 'min.compaction.lag.ms': String(25 * 3_600_000) },
      own: compacted,
    })
  })

  test('and of the DSL', () => {
    const plan = planned((b) => {
      const stream = b.stream(text)
      stream
        .groupByKey()
        .windowedBy(tumbling('1m'))
        .count({ store: { name: 'win', topicConfig } })
        .suppress(untilWindowCloses({ topicConfig }), { name: 'held' })
      const joined = { within: '1m', storeName: 'j', store: { topicConfig } } as const
      stream.leftJoin(b.stream(topic('other', { key: string, value: string })), (a, c) => `${a}${c}`, joined)
    })
    expect(configs(plan)).toEqual({
      win: compacted,
      'held-store': compacted,
      'j-this-join-store': compacted,
      'j-outer-other-join-store': compacted,
      'j-left-shared-join-store': compacted,
    })
  })

  test('are refused where there is no changelog', () => {
    const message = expect.stringContaining('topicConfig is for a changelog, which is off')
    const refused = expect.objectContaining({ code: 'topology-invalid', message })
    const off = { changelog: 'off', topicConfig } as const
    expect(() => keyValueStore('kv', { key: string, value: string, ...off })).toThrowError(refused)
    expect(() =>
      customStore('own', { ...off, build } as unknown as Parameters<typeof customStore>[1]),
    ).toThrowError(refused)
    expect(() => planned((b) => b.stream(text).groupByKey().count({ store: off }))).toThrowError(refused)
  })
})

describe('an engine of the application', () => {
  const unknownContext = {} as StoreContext
  const counted = (engine: StoreEngine | 'lmdb') =>
    planned((b) =>
      b
        .stream(text)
        .groupByKey()
        .count({ store: { name: 'c', kind: engine, caching: false } }),
    )

  test('is nothing that the kernel could use', () => {
    const [inEngine, inLmdb] = [new MapEngine(), 'lmdb' as const].map((engine) =>
      lower(counted(engine).subtopologies[0]!),
    )
    expect(inLmdb).toMatchObject({ kind: 'region' })
    expect(inEngine).toEqual({ kind: 'js', reason: "store 'c' keeps its rows in the engine 'map'" })
  })

  test('counts in a plan by its name, and keeps nothing on disk', () => {
    const used = Object.assign(new MapEngine(), { closed: 1 })
    const [one, two] = [counted(new MapEngine()), counted(used)]
    expect(planHash(one)).toBe(planHash(two))
    expect(planHash(one)).not.toBe(planHash(counted('lmdb')))
    expect(isOnDisk(one.stores[0]!)).toBe(false)
  })

  test('is not frozen with the plan', () => {
    const engine = { name: 'plain', opened: 0, open: () => new MapEngine().open(unknownContext) }
    counted(engine)
    planned((b) => b.globalTable(text, { store: { kind: engine } }))
    expect(Object.isFrozen(engine)).toBe(false)
  })
})
