import { expect, test } from 'vitest'
import { type ProcessorTopology, processorTopology } from '../../../src/dsl/processor-topology.ts'
import { keyValueStore } from '../../../src/dsl/stores.ts'
import { topic, topicPattern } from '../../../src/dsl/topic.ts'
import { long, string } from '../../../src/serde/scalars.ts'

const input = topic('in', { key: string, value: string })
const output = topic('out', { key: string, value: long })
const counts = keyValueStore('counts', { key: string, value: long })
const nothing = { process: () => undefined }

const built = (build: (topology: ProcessorTopology) => void) => processorTopology(import.meta.url, build)

const refused = (build: (topology: ProcessorTopology) => void) => expect(() => built(build))

test('nodes are wired by name', () => {
  const topology = built((t) => {
    t.addSource('S', input)
      .addProcessor('P', nothing, { parents: 'S' })
      .addProcessor('Q', () => nothing, { parents: ['S', 'P'] })
      .addStateStore(counts, 'P')
      .connectProcessorAndStateStores('Q', 'counts')
      .addSink('K', output, { parents: ['P', 'Q'] })
  })
  expect(topology.describe()).toBe(`Topologies:
   Sub-topology: 0
    Source: S (topics: [in])
      --> P, Q
    Processor: P (stores: [counts])
      --> K, Q
      <-- S
    Processor: Q (stores: [counts])
      --> K
      <-- S, P
    Sink: K (topic: out)
      <-- P, Q

`)
  expect(topology.plan.stores.map(({ name }) => name)).toEqual(['counts'])
})

test('a store connects nodes that have no record in common', () => {
  const two = (share: boolean) =>
    built((t) => {
      t.addSource('S1', input).addProcessor('P1', nothing, { parents: 'S1', stores: [counts] })
      t.addSource('S2', topic('other', { key: string, value: string }))
      t.addProcessor('P2', nothing, { parents: 'S2', stores: share ? ['counts'] : [] })
    }).plan.subtopologies.length
  expect([two(true), two(false)]).toEqual([1, 2])
})

test('a read-only store is restored from its topic, and others may connect to it', () => {
  const { plan } = built((t) => {
    t.addReadOnlyStateStore(counts, topic('totals', { key: string, value: long }), nothing, {
      sourceName: 'RS',
      processorName: 'RP',
    })
    t.addSource('S', input).addProcessor('P', nothing, { parents: 'S', stores: [counts] })
  })
  expect(plan.stores).toMatchObject([{ name: 'counts', changelog: 'off', sourceTopic: 'totals' }])
  expect(plan.nodes[0]).toMatchObject({ name: 'RS', offsetReset: 'earliest' })
})

test('what cannot be wired is refused in the words of Java', () => {
  const source = (t: ProcessorTopology) => t.addSource('S', input)
  refused((t) => t.addSource('S', [])).toThrowError('give at least one topic')
  refused((t) => source(t).addSource('S', topicPattern(/x/, { key: string, value: string }))).toThrowError(
    'Processor S is already added.',
  )
  refused((t) => source(t).addSource('T', topicPattern(/i./, { key: string, value: string }))).toThrowError(
    'Pattern i. will match a topic that has already been registered by another source.',
  )
  refused((t) =>
    t.addSource('T', topicPattern(/i./, { key: string, value: string })).addSource('S', input),
  ).toThrowError('Topic in matches a Pattern already registered by another source.')
  refused((t) => source(t).addProcessor('P', nothing, { parents: [] })).toThrowError(
    'predecessorNames cannot be empty',
  )
  refused((t) => source(t).addProcessor('P', nothing, { parents: 'P' })).toThrowError(
    'Parent node P is unknown (self-reference).',
  )
  refused((t) => source(t).connectProcessorAndStateStores('S', 'counts')).toThrowError(
    'State stores cannot be connect to sources or sinks.',
  )
  refused((t) => source(t).addStateStore(counts, 'S')).toThrowError(
    'cannot connect a state store counts to a source node or a sink node.',
  )
  refused((t) =>
    t
      .addStateStore(counts)
      .addStateStore(counts)
      .addStateStore(keyValueStore('counts', { key: string, value: long })),
  ).toThrowError('A different StateStore has already been added with the name counts')
  refused((t) => source(t).addSink('K', () => 'x', { parents: 'S', value: string })).toThrowError(
    expect.objectContaining({ code: 'serde-missing' }),
  )
})

test('error handlers go with the topology, as with one of the DSL', () => {
  const handlers = { processingHandler: 'continue' } as const
  const build = (t: ProcessorTopology): void => {
    t.addSource('S', input)
  }
  expect(processorTopology(import.meta.url, build, { handlers }).handlers).toBe(handlers)
  expect(processorTopology(import.meta.url, build).handlers).toEqual({})
})
