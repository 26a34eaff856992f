import { StreamsError } from '../core/errors.ts'
import { checkCopartitions } from './copartition.ts'
import { deepFreeze } from './freeze.ts'
import type { PlanNode, SourceNode } from './node.ts'
import type { GlobalStore, Plan } from './plan.ts'
import { type ProcessorWrapper, withWrapper } from './processor-wrapper.ts'
import type { StoreSpec } from './store-spec.ts'
import { nodeGroups, storesInOrder, storesOf, subtopology } from './subtopology.ts'
import { topicMatches } from './topic-pattern.ts'

/**
 * Takes the nodes of a topology one after another, parents first, and refuses what Java's InternalTopologyBuilder
 * refuses, in its words. Both the DSL and the Processor API write into it.
 */
export class PlanBuilder {
  readonly #nodes = new Map<string, PlanNode>()
  readonly #stores = new Map<string, StoreSpec>()
  readonly #globalStores = new Map<string, Omit<GlobalStore, 'id'>>()
  readonly #topics = new Set<string>()
  readonly #patterns: RegExp[] = []
  readonly #wrap: ProcessorWrapper | undefined

  /** @param wrap for all its processors. */
  constructor(wrap?: ProcessorWrapper) {
    this.#wrap = wrap
  }

  addSource(node: SourceNode): void {
    this.#checkName(node.name)
    const { topics, pattern } = node
    if (pattern) this.#checkPattern(pattern)
    else if (topics.length === 0) refuse('topics cannot be empty')
    for (const topic of topics) this.#addTopic(topic)
    if (pattern) this.#patterns.push(pattern)
    this.#nodes.set(node.name, node)
  }

  /** Adds a processor or a sink. @param stores those that come with it; others that it names must be there. */
  addNode(node: PlanNode, stores: readonly StoreSpec[] = []): void {
    this.#checkName(node.name)
    this.#checkParents(node)
    for (const store of stores) this.addStateStore(store)
    for (const store of storesOf(node)) this.#checkStore(store)
    this.#nodes.set(node.name, withWrapper(node, this.#wrap))
  }

  /** The same object may be added again: it is the same store. */
  addStateStore(store: StoreSpec, processors: readonly string[] = []): void {
    const other = this.#stores.get(store.name)
    if (other && other !== store)
      refuse(`A different StateStore has already been added with the name ${store.name}`)
    this.#checkNoGlobalStore(store.name)
    this.#stores.set(store.name, store)
    for (const processor of processors) this.#connect(processor, store.name)
  }

  connect(processor: string, stores: readonly string[]): void {
    if (stores.length === 0) refuse('stateStoreNames cannot be empty')
    const kind = this.#nodes.get(processor)?.kind
    if (kind === 'source' || kind === 'sink') refuse('State stores cannot be connect to sources or sinks.')
    for (const store of stores) this.#connect(processor, store)
  }

  /** A store that `processor` fills from all records of the one topic of `source`, in every instance. */
  addGlobalStore(global: Omit<GlobalStore, 'id'>): void {
    const { store } = global
    const source = withoutExtractor(global.source)
    const processor = withWrapper(global.processor, this.#wrap)
    this.#checkName(source.name)
    for (const topic of source.topics) this.#addTopic(topic)
    this.#checkName(processor.name)
    if (source.name === processor.name) refuse('sourceName and processorName must be different.')
    if (this.#stores.has(store.name))
      refuse(`A different StateStore has already been added with the name ${store.name}`)
    this.#checkNoGlobalStore(store.name)
    this.#nodes.set(source.name, source)
    this.#nodes.set(processor.name, processor)
    // Its topic is its changelog.
    const restored = { ...store, changelog: 'off', sourceTopic: source.topics[0]! } as const
    this.#globalStores.set(store.name, { source, processor, store: restored })
  }

  /** @throws StreamsError `topology-invalid` if topics that must have equally many partitions cannot. */
  build(): Plan {
    const all = deepFreeze([...this.#nodes.values()])
    for (const store of this.#stores.values()) Object.freeze(store)
    const globals = new Map([...this.#globalStores.values()].map((global) => [global.source.name, global]))
    const groups = nodeGroups(all).map((nodes, id) => ({ id, nodes, global: globals.get(nodes[0]!.name) }))
    const local = groups.filter(({ global }) => !global)
    const nodes = all.filter(({ name }) =>
      local.some((group) => group.nodes.some((node) => node.name === name)),
    )
    const plan: Plan = {
      nodes,
      stores: storesInOrder(nodes, this.#stores),
      subtopologies: local.map((group) => subtopology(group.id, group.nodes, this.#stores)),
      globalStores: groups.flatMap(({ id, global }) => (global ? [deepFreeze({ id, ...global })] : [])),
    }
    for (const part of Object.values(plan)) Object.freeze(part)
    checkCopartitions(plan)
    return Object.freeze(plan)
  }

  #connect(processor: string, store: string): void {
    this.#checkStore(store)
    const node = this.#nodes.get(processor) ?? refuse(`Processor ${processor} is not added yet.`)
    if (node.kind !== 'process')
      refuse(`cannot connect a state store ${store} to a source node or a sink node.`)
    if (!node.stores.includes(store)) this.#nodes.set(processor, { ...node, stores: [...node.stores, store] })
  }

  #checkName(name: string): void {
    if (this.#nodes.has(name)) refuse(`Processor ${name} is already added.`)
  }

  #checkParents({ name, parents }: PlanNode): void {
    if (parents.length === 0) refuse('predecessorNames cannot be empty')
    for (const parent of parents) {
      const node = this.#nodes.get(parent)
      if (!node) refuse(`Parent node ${parent} is unknown${parent === name ? ' (self-reference)' : ''}.`)
      if (node.kind === 'sink') refuse(`Sink ${parent} cannot be used a parent.`)
    }
  }

  #checkStore(name: string): void {
    if (this.#globalStores.has(name))
      refuse(
        `Global StateStore ${name} can be used by a Processor without being specified; it should not be explicitly passed.`,
      )
    if (!this.#stores.has(name)) refuse(`StateStore ${name} is not added yet.`)
  }

  #checkNoGlobalStore(name: string): void {
    if (this.#globalStores.has(name))
      refuse(`A different GlobalStateStore has already been added with the name ${name}`)
  }

  #addTopic(topic: string): void {
    if (this.#topics.has(topic)) refuse(`Topic ${topic} has already been registered by another source.`)
    if (this.#patterns.some((pattern) => topicMatches(pattern, topic)))
      refuse(`Topic ${topic} matches a Pattern already registered by another source.`)
    this.#topics.add(topic)
  }

  #checkPattern(pattern: RegExp): void {
    for (const topic of this.#topics) {
      if (topicMatches(pattern, topic))
        refuse(
          `Pattern ${pattern.source} will match a topic that has already been registered by another source.`,
        )
    }
  }
}

/** A global store takes a record with the time it has in its topic, whatever the source says (GlobalStateUpdateTask). */
function withoutExtractor({
  timestamp: _timestamp,
  extractor: _extractor,
  ...source
}: SourceNode): SourceNode {
  return source
}

function refuse(reason: string): never {
  throw new StreamsError('topology-invalid', reason)
}
