import type { GraphNode } from '../plan/graph.ts'
import { prefixes } from '../plan/naming.ts'
import type { Windows } from '../plan/windows.ts'
import type { Serde } from '../serde/serde.ts'
import { addAggregate, type ErasedOptions, type Folder, folding } from './aggregation.ts'
import { aggregationStore } from './aggregation-store.ts'
import { type BuildContext, nodeName, requireSerde } from './context.ts'
import type { Grouping } from './grouping.ts'
import { storeName } from './materialized.ts'
import type { TablePosition } from './table-position.ts'

/** Groups that are aggregated into one table (Java's CogroupedStreamAggregateBuilder). */
export class Cogrouping {
  readonly #context: BuildContext
  readonly #adders = new Map<Grouping, Folder>()
  /** Aggregations of the same groups share their repartition topics. */
  readonly #inputs = new Map<Grouping, GraphNode>()

  constructor(context: BuildContext) {
    this.#context = context
  }

  /** A group that is there already gets another adder. */
  add(grouping: Grouping, adder: Folder): void {
    this.#adders.set(grouping, adder)
  }

  /** Adds an aggregation for each group, all with one store, and a node that makes one table of their updates. */
  aggregate(
    init: Folder,
    merge: Folder | undefined,
    options: ErasedOptions,
    windows?: Windows,
  ): TablePosition {
    const call = 'aggregate'
    const parts = {
      call,
      name: storeName(this.#context, options.store, prefixes.cogroupAggregate, call),
      keySerde: options.key ?? this.#keySerde(call),
      valueSerde: requireSerde(
        this.#context,
        options.value,
        'value',
        call,
        'give it as aggregate(init, { value: ... })',
      ),
      aggregate: 'cogroup',
    }
    const windowing = windows && { windows, emit: 'update' as const }
    const store = aggregationStore(this.#context, options.store, parts, windowing)
    this.#partition(store.name, call)
    const tables = [...this.#adders].map(([grouping, add], i) =>
      addAggregate(this.#context, this.#inputs.get(grouping)!, {
        name: this.#nodeName(prefixes.cogroupAggregate, options, `-cogroup-agg-${i}`),
        aggregation: folding(init, add, merge),
        windowing,
        store,
        queryable: options.store?.name !== undefined,
      }),
    )
    return this.#merge(tables, this.#nodeName(prefixes.cogroupMerge, options, '-cogroup-merge'))
  }

  #partition(store: string, call: string): void {
    for (const grouping of this.#adders.keys())
      this.#inputs.set(grouping, grouping.input(store, call, this.#inputs.get(grouping)))
  }

  #nodeName(prefix: string, { name }: ErasedOptions, suffix: string): string {
    return nodeName(this.#context, prefix, 'aggregate', name === undefined ? undefined : `${name}${suffix}`)
  }

  /** One table of all updates; they are in one store already. */
  #merge(tables: readonly TablePosition[], name: string): TablePosition {
    const node = this.#context.graph.add(
      { kind: 'operator', node: { kind: 'pass-through', name } },
      tables.map((table) => table.node),
    )
    return {
      ...tables[0]!,
      node,
      sendOldValues: (force) => tables.every((table) => table.sendOldValues(force)),
    }
  }

  #keySerde(call: string): Serde<unknown> {
    const [first] = this.#adders.keys()
    return first!.keySerde(call)
  }
}
