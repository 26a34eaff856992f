import type { GraphNode } from '../plan/graph.ts'
import { prefixes } from '../plan/naming.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { Serde } from '../serde/serde.ts'
import { type BuildContext, follow, nodeName } from './context.ts'
import type { NamedOptions } from './options.ts'
import type { KStream } from './stream.ts'

/** Where in the graph a table stands, and the store that holds it. */
export interface TablePosition {
  readonly node: GraphNode
  readonly store: StoreSpec
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
}

/** The latest value per key; `Windowed<K>` keys if an aggregation over windows made it. */
export class KTable<K, V> {
  readonly #context: BuildContext
  readonly #at: TablePosition
  /** Never set: it makes TypeScript tell other types of keys and values apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, value: V]

  /** Tables come from aggregations. */
  constructor(context: BuildContext, at: TablePosition) {
    this.#context = context
    this.#at = at
  }

  /** The store behind the table, for queries. */
  get store(): StoreSpec {
    return this.#at.store
  }

  /** The updates of the table as a stream; null says that a key was deleted. */
  toStream(options: NamedOptions = {}): KStream<K, V | null> {
    const name = nodeName(this.#context, prefixes.toStream, 'toStream', options.name)
    const at = { ...this.#at, keyChanged: false }
    return this.#context.stream(follow(this.#context, at, { node: { kind: 'to-stream', name } }))
  }
}
