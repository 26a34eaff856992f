import type { GraphNode } from '../plan/graph.ts'
import { prefixes } from '../plan/naming.ts'
import type { Aggregation, TableAggregateNode } from '../plan/node.ts'
import { changed } from '../serde/changed.ts'
import { long } from '../serde/scalars.ts'
import type { Serde } from '../serde/serde.ts'
import { type BuildContext, nodeName, requireSerde } from './context.ts'
import { keyValueStoreSpec, storeName } from './materialized.ts'
import type { Synchronous } from './options.ts'
import type { KTable } from './table.ts'
import { storedTable } from './table-node.ts'
import type { TableOptions } from './table-options.ts'
import type { TablePosition } from './table-position.ts'

/** Where the records of a grouped table come from, before they are repartitioned. */
export interface GroupedTablePosition {
  readonly node: GraphNode
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown> | undefined
  /** Of the repartition topic, if the user gave one. */
  readonly name: string | undefined
}

/**
 * A table's rows, grouped by a key that may change with the row: each update of a row is taken out of its old group
 * and put into its new one, by way of a repartition topic.
 */
export class KGroupedTable<K, V> {
  readonly #context: BuildContext
  readonly #at: GroupedTablePosition
  #repartition: GraphNode | undefined
  /** Never set: it makes TypeScript tell other types of keys and values apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, value: V]

  /** Grouped tables come from `KTable.groupBy`. */
  constructor(context: BuildContext, at: GroupedTablePosition) {
    this.#context = context
    this.#at = at
  }

  /** How many rows each group has. */
  count(options: TableOptions<K, number> = {}): KTable<K, number> {
    const given = { value: long, ...options } as TableOptions<unknown, unknown>
    const subtract = (count: unknown): unknown => (count as number) - 1
    return this.#context.table(this.#aggregate('count', { kind: 'count' }, subtract, given))
  }

  /**
   * Combines the values of each group.
   * @param adder called with a new value; the first of a group is taken as it is.
   * @param subtractor called with an old value. What returns null deletes the group.
   */
  reduce<R extends V | null>(
    adder: (aggregate: V, value: V) => R,
    subtractor: (aggregate: V, value: V) => R,
    ...[options = {}]: Synchronous<R, [options?: TableOptions<K, V>]>
  ): KTable<K, V> {
    const { valueSerde } = this.#at
    const given = { ...(valueSerde && { value: valueSerde }), ...options } as TableOptions<unknown, unknown>
    const add = adder as (aggregate: unknown, value: unknown) => unknown
    const subtract = subtractor as TableAggregateNode['subtract']
    return this.#context.table(this.#aggregate('reduce', { kind: 'reduce', add }, subtract, given))
  }

  /**
   * Folds the values of each group into an aggregate of any type.
   * @param init makes the aggregate of a group without values.
   * @param adder called with a new value, after the subtractor if an old one was there.
   * @param subtractor called with an old value. What returns null deletes the group.
   */
  aggregate<A>(
    init: () => A,
    adder: (aggregate: A, value: V, key: K) => A | null,
    subtractor: (aggregate: NoInfer<A>, value: V, key: K) => NoInfer<A> | null,
    ...[options = {}]: Synchronous<A, [options?: TableOptions<K, A>]>
  ): KTable<K, A> {
    const aggregation = { kind: 'aggregate', init, add: adder } as Aggregation
    const subtract = subtractor as TableAggregateNode['subtract']
    const given = options as TableOptions<unknown, unknown>
    return this.#context.table(this.#aggregate('aggregate', aggregation, subtract, given))
  }

  /** KGroupedTableImpl.doAggregate */
  #aggregate(
    call: string,
    aggregation: Aggregation,
    subtract: TableAggregateNode['subtract'],
    options: TableOptions<unknown, unknown>,
  ): TablePosition {
    const { graph } = this.#context
    const keySerde = options.key ?? this.#at.keySerde
    const hint = `give it as ${call}(..., { value: ... })`
    const valueSerde = requireSerde(this.#context, options.value, 'value', call, hint)
    const storeNamed = storeName(this.#context, options.store, prefixes.tableAggregate, call)
    const parts = { call, name: storeNamed, keySerde, valueSerde, aggregate: aggregation.kind }
    const store = keyValueStoreSpec(this.#context, options.store, parts)
    const sink = this.#nodeName(prefixes.sink, call, options.name, '-sink')
    const source = this.#nodeName(prefixes.source, call, options.name, '-source')
    const prefix = call === 'reduce' ? prefixes.tableReduce : prefixes.tableAggregate
    const name = nodeName(this.#context, prefix, call, options.name)
    const repartition = this.#repartitionNode(
      `${this.#at.name ?? store.name}-repartition`,
      sink,
      source,
      call,
    )
    const spec = {
      kind: 'table-aggregate',
      name,
      aggregation,
      subtract,
      store: store.name,
      sendOldValues: false,
    } as const
    const node = graph.add({ kind: 'operator', node: spec, stores: [store] }, [repartition])
    const queryable = options.store?.name !== undefined
    return storedTable({ graph, node, name, keySerde, valueSerde, store, queryable })
  }

  #nodeName(prefix: string, call: string, given: string | undefined, suffix: string): string {
    return nodeName(this.#context, prefix, call, given === undefined ? undefined : `${given}${suffix}`)
  }

  /** Aggregations of one named group share its topic. */
  #repartitionNode(topic: string, sink: string, source: string, call: string): GraphNode {
    const { node, name, keySerde } = this.#at
    if (this.#repartition && name !== undefined) {
      this.#repartition = this.#context.graph.reuse(this.#repartition)
      return this.#repartition
    }
    const hint = 'give it as groupBy(..., { value: ... })'
    const inner = requireSerde(this.#context, this.#at.valueSerde, 'value', call, hint)
    const internal = { internal: true, keySerde, valueSerde: changed(inner) as Serde<unknown> } as const
    this.#repartition = this.#context.graph.add(
      {
        kind: 'compound',
        nodes: [
          {
            node: { kind: 'sink', name: sink, topic, ...internal, partitionBy: 'output-key' },
            parents: [0],
          },
          { node: { kind: 'source', name: source, topics: [topic], ...internal }, parents: [] },
        ],
        stores: [],
      },
      [node],
    )
    return this.#repartition
  }
}
