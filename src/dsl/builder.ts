import { Graph } from '../plan/graph.ts'
import { Naming, prefixes } from '../plan/naming.ts'
import type { Optimization } from '../plan/optimize.ts'
import { buildPlan, type Plan } from '../plan/plan.ts'
import type { StoreToken } from '../plan/processor-spec.ts'
import type { ProcessorWrapper } from '../plan/processor-wrapper.ts'
import type { StoreKind } from '../plan/store-spec.ts'
import type { Serde } from '../serde/serde.ts'
import { type BuildContext, nodeName, requireSerde } from './context.ts'
import { addGlobalStore, type GlobalStoreOptions } from './global-store.ts'
import { addGlobalTable, GlobalKTable } from './global-table.ts'
import type { NamedOptions } from './options.ts'
import type { ProcessorSupplier } from './process.ts'
import { sourceOf } from './source.ts'
import { KStream } from './stream.ts'
import { KTable } from './table.ts'
import { addTable, type TableSourceOptions } from './table-source.ts'
import type { Topic, TopicPattern } from './topic.ts'

/** How a topology is built; Java reads these from its configuration. */
export interface BuildOptions {
  /** `topology.optimization`: `all`, or those named; none if not given. */
  readonly optimize?: 'all' | readonly Optimization[]
  /** `ensure.explicit.internal.resource.naming`: a generated name of a store or internal topic is an error. */
  readonly explicitNames?: boolean
  /** `default.key.serde` and `default.value.serde`, where a call says nothing and nothing is known from before. */
  readonly defaultKey?: Serde<unknown>
  readonly defaultValue?: Serde<unknown>
  /** `dsl.store.suppliers.class`: where rows live unless a call says so; `lmdb` if not given. */
  readonly defaultStore?: StoreKind
  /** `processor.wrapper.class`: stands before each processor, such as for tracing. Nothing then runs in the kernel. */
  readonly wrapProcessor?: ProcessorWrapper
}

/** Collects the steps of a topology. `topology` hands one to its build function. */
export class StreamsBuilder {
  readonly #context: BuildContext
  readonly #options: BuildOptions

  constructor(options: BuildOptions = {}) {
    this.#options = options
    const context: BuildContext = {
      graph: new Graph(),
      naming: new Naming(),
      defaults: {
        keySerde: options.defaultKey,
        valueSerde: options.defaultValue,
        store: options.defaultStore ?? 'lmdb',
      },
      stream: (at) => new KStream(context, at),
      table: (at) => new KTable(context, at),
    }
    this.#context = context
  }

  /**
   * Reads a topic, several of the same serdes, or all whose names match a pattern (`topicPattern`). Topics must exist.
   * Calls for the same topics share one source.
   */
  stream<K, V, Nullable extends boolean>(
    topics: Topic<K, V, Nullable> | readonly Topic<K, V, Nullable>[] | TopicPattern<K, V, Nullable>,
    options: NamedOptions = {},
  ): KStream<K, Nullable extends true ? V | null : V> {
    const source = sourceOf(topics)
    const call = `stream(${source.pattern ?? source.topics.map((topic) => `'${topic}'`).join(', ')})`
    const name = nodeName(this.#context, prefixes.source, call, options.name)
    const hint = 'give it in the topic token'
    const keySerde = requireSerde(this.#context, source.keySerde, 'key', call, hint)
    const valueSerde = requireSerde(this.#context, source.valueSerde, 'value', call, hint)
    const node = this.#context.graph.add({
      kind: 'source',
      node: { kind: 'source', name, internal: false, ...source, keySerde, valueSerde },
    })
    return this.#context.stream({ node, name, keySerde, valueSerde, keyChanged: false })
  }

  /** Reads a topic as a table: the latest value per key; null deletes. Records without a key are dropped. */
  table<K, V, Nullable extends boolean>(
    topic: Topic<K, V, Nullable>,
    options: TableSourceOptions = {},
  ): KTable<K, V> {
    return this.#context.table(addTable(this.#context, topic, options))
  }

  /** Reads a topic as a table that every instance has whole, whatever the partitions. */
  globalTable<K, V, Nullable extends boolean>(
    topic: Topic<K, V, Nullable>,
    options: TableSourceOptions = {},
  ): GlobalKTable<K, V> {
    return new GlobalKTable(addGlobalTable(this.#context, topic, options))
  }

  /** Adds a store that processors connect to by its name. */
  addStateStore(store: StoreToken<unknown>): this {
    this.#context.graph.add({ kind: 'state-store', store: store.spec })
    return this
  }

  /** Adds a store that every instance fills from a whole topic, by a processor. Any processor may read it. */
  addGlobalStore<K, V, Nullable extends boolean>(
    store: StoreToken<unknown>,
    topic: Topic<K, V, Nullable>,
    processor: ProcessorSupplier<K, V, never, never>,
    options: GlobalStoreOptions = {},
  ): this {
    addGlobalStore(this.#context, store, topic, processor, options)
    return this
  }

  /** @throws StreamsError `topology-invalid` */
  build(): Plan {
    const { optimize = [], explicitNames = false, wrapProcessor: wrap } = this.#options
    const { graph, naming } = this.#context
    const { unnamedStores } = naming
    return buildPlan(graph.nodes, { optimize, explicitNames, unnamedStores, ...(wrap && { wrap }) })
  }
}
