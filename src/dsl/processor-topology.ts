import type { RecordMetadata, StreamRecord } from '../core/record.ts'
import type { Unawaited } from '../core/unawaited.ts'
import type { Partitioner, SinkNode, SourceNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { PlanBuilder } from '../plan/plan-builder.ts'
import type { StoreToken } from '../plan/processor-spec.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { Serde } from '../serde/serde.ts'
import { isTimeWindowed } from '../serde/windowed.ts'
import type { BuildOptions } from './builder.ts'
import { type BuildDefaults, requireSerde } from './context.ts'
import {
  addedStores,
  type ConnectedStores,
  connectedStores,
  type ProcessorSupplier,
  processorSpec,
} from './process.ts'
import { sourceOf } from './source.ts'
import type { SinkTopic, Topic, TopicPattern } from './topic.ts'
import { type NoTables, type Topology, type TopologyBuildOptions, topologyOf } from './topology.ts'

type AnyTopic = Topic<unknown, unknown>

/** A processor of any keys and values: the compiler cannot follow names of parents. */
export type AnyProcessorSupplier = ProcessorSupplier<never, never, unknown, unknown>

export interface ParentOptions {
  /** Names of the nodes whose records it gets. */
  readonly parents: string | readonly string[]
}

export interface ProcessorOptions extends ParentOptions, ConnectedStores {}

export interface SinkOptions extends ParentOptions {
  /** Serdes that take the place of the topic's; needed where a function chooses the topic. */
  readonly key?: Serde<unknown>
  readonly value?: Serde<unknown>
  /** @returns the partitions to write to, one record each; undefined for the default. */
  readonly partitioner?: Partitioner
}

export interface FilledStoreOptions {
  readonly sourceName: string
  readonly processorName: string
}

/** @returns the topic of each record. */
export type TopicChooser = (
  record: StreamRecord<never, never>,
  metadata: RecordMetadata | undefined,
) => string

/** Wires sources, processors, sinks and stores by name (Java's Topology). `processorTopology` hands one to its build function. */
export class ProcessorTopology {
  readonly #plan: PlanBuilder
  readonly #defaults: BuildDefaults
  /** Of tokens whose store is another than they say, since a topic takes the place of a changelog. */
  readonly #specs = new Map<StoreSpec, StoreSpec>()

  constructor({ defaultKey, defaultValue, wrapProcessor }: ProcessorBuildOptions = {}) {
    this.#plan = new PlanBuilder(wrapProcessor)
    this.#defaults = {
      keySerde: defaultKey,
      valueSerde: defaultValue,
      store: 'lmdb',
    }
  }

  /** Reads a topic, several of the same serdes, or all whose names match. */
  addSource(name: string, topics: AnyTopic | readonly AnyTopic[] | TopicPattern<unknown, unknown>): this {
    this.#plan.addSource(this.#source(name, topics))
    return this
  }

  /** @param supplier a processor, or a function that makes one per task. */
  addProcessor(name: string, supplier: AnyProcessorSupplier, options: ProcessorOptions): this {
    this.#plan.addNode(
      {
        kind: 'process',
        name,
        parents: list(options.parents),
        processor: processorSpec(supplier),
        fixedKey: false,
        stores: connectedStores(options),
      },
      addedStores(options).map((spec) => this.#spec(spec)),
    )
    return this
  }

  /** Writes to a topic, or to the one that a function names for each record. */
  addSink(name: string, topic: SinkTopic<never, never> | TopicChooser, options: SinkOptions): this {
    const of = typeof topic === 'function' ? undefined : topic
    const keySerde = this.#serde(options.key ?? of?.key, 'key', name)
    this.#plan.addNode({
      kind: 'sink',
      name,
      parents: list(options.parents),
      topic: of?.name ?? '',
      ...(typeof topic === 'function' && { topicOf: topic as NonNullable<SinkNode['topicOf']> }),
      internal: false,
      keySerde,
      valueSerde: this.#serde(options.value ?? of?.value, 'value', name),
      partitionBy: isTimeWindowed(keySerde) ? 'key' : 'output-key',
      ...(options.partitioner && { partitioner: options.partitioner }),
    })
    return this
  }

  /** Adds a store and connects it to processors, which must be there. */
  addStateStore(store: StoreToken<unknown>, ...processors: readonly string[]): this {
    this.#plan.addStateStore(this.#spec(store.spec), processors)
    return this
  }

  connectProcessorAndStateStores(processor: string, ...stores: readonly string[]): this {
    this.#plan.connect(processor, stores)
    return this
  }

  /** Adds a store that every instance fills from a whole topic, by a processor. Any processor may read it. */
  addGlobalStore(
    store: StoreToken<unknown>,
    topic: AnyTopic,
    supplier: AnyProcessorSupplier,
    { sourceName, processorName }: FilledStoreOptions,
  ): this {
    this.#plan.addGlobalStore({
      source: this.#source(sourceName, topic),
      processor: {
        kind: 'process',
        name: processorName,
        parents: [sourceName],
        processor: processorSpec(supplier),
        fixedKey: false,
        stores: [store.name],
      },
      store: store.spec,
    })
    return this
  }

  /**
   * Adds a store that a processor fills from a topic, which takes the place of a changelog (KIP-813). Other processors
   * may connect to it, to read.
   */
  addReadOnlyStateStore(
    store: StoreToken<unknown>,
    topic: AnyTopic,
    supplier: AnyProcessorSupplier,
    { sourceName, processorName }: FilledStoreOptions,
  ): this {
    const source = this.#source(sourceName, topic)
    this.#plan.addSource({ ...source, offsetReset: 'earliest' })
    this.addProcessor(processorName, supplier, { parents: sourceName })
    this.#specs.set(store.spec, { ...store.spec, changelog: 'off', sourceTopic: topic.name })
    return this.addStateStore(store, processorName)
  }

  /** @throws StreamsError `topology-invalid` */
  build(): Plan {
    return this.#plan.build()
  }

  #source(name: string, topics: AnyTopic | readonly AnyTopic[] | TopicPattern<unknown, unknown>): SourceNode {
    const source = sourceOf(topics)
    return {
      kind: 'source',
      name,
      parents: [],
      internal: false,
      ...source,
      keySerde: this.#serde(source.keySerde, 'key', name),
      valueSerde: this.#serde(source.valueSerde, 'value', name),
    }
  }

  #serde(serde: object | undefined, part: 'key' | 'value', node: string): Serde<unknown> {
    const hint = `give it in the topic token, or as { ${part}: ... }`
    return requireSerde({ defaults: this.#defaults }, serde as Serde<unknown> | undefined, part, node, hint)
  }

  #spec(spec: StoreSpec): StoreSpec {
    return this.#specs.get(spec) ?? spec
  }
}

/** What takes the place of serdes that topics do not name. */
export type DefaultSerdes = Pick<BuildOptions, 'defaultKey' | 'defaultValue'>

export interface ProcessorBuildOptions
  extends DefaultSerdes,
    Pick<TopologyBuildOptions, 'handlers' | 'wrapProcessor'> {}

export interface ProcessorTopologyOptions<Args> extends ProcessorBuildOptions {
  /** Given to the build function; must survive structured cloning, on its way to worker threads. */
  readonly args: Args
}

/**
 * Builds a topology from sources, processors and sinks named one by one:
 *
 *     export const cleaning = processorTopology(import.meta.url, (t) => {
 *       t.addSource('in', clicks)
 *         .addProcessor('clean', () => new Cleaner(), { parents: 'in', stores: [seen] })
 *         .addSink('out', cleaned, { parents: 'clean' })
 *     })
 *
 * @param module `import.meta.url` of the module that exports the result.
 * @throws StreamsError `topology-invalid`, `serde-missing` naming the call.
 */
export function processorTopology<Args>(
  module: string,
  build: (topology: ProcessorTopology, args: Args) => Unawaited,
  options: ProcessorTopologyOptions<Args>,
): Topology<NoTables, Args>
export function processorTopology(
  module: string,
  build: (topology: ProcessorTopology) => Unawaited,
  options?: ProcessorBuildOptions,
): Topology<NoTables, undefined>
export function processorTopology<Args>(
  module: string,
  build: (topology: ProcessorTopology, args: Args) => Unawaited,
  options: Partial<ProcessorTopologyOptions<Args>> = {},
): Topology<NoTables, Args> {
  const { args, ...defaults } = options
  return builtTopology(module, build, defaults, args as Args)
}

function builtTopology<Args>(
  module: string,
  build: (topology: ProcessorTopology, args: Args) => Unawaited,
  defaults: ProcessorBuildOptions,
  args: Args,
): Topology<NoTables, Args> {
  const topology = new ProcessorTopology(defaults)
  build(topology, args)
  return topologyOf(
    { module, tables: {}, args, plan: topology.build(), handlers: defaults.handlers ?? {} },
    (others) => builtTopology(module, build, defaults, others),
  )
}

function list(names: string | readonly string[]): readonly string[] {
  return typeof names === 'string' ? [names] : names
}
