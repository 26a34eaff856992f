import type { GraphNode } from '../plan/graph.ts'
import { prefixes } from '../plan/naming.ts'
import type { Aggregation } from '../plan/node.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import { long } from '../serde/scalars.ts'
import type { Serde } from '../serde/serde.ts'
import type { AggregationOptions } from './aggregation-options.ts'
import { type AnyStoreOptions, aggregationStore, tableKeySerde, type Windowing } from './aggregation-store.ts'
import { type BuildContext, nodeName, requireSerde } from './context.ts'
import type { Grouping } from './grouping.ts'
import { storeName } from './materialized.ts'
import { storedTable } from './table-node.ts'
import type { TablePosition } from './table-position.ts'

/** Options of any aggregation. */
export type ErasedOptions = AggregationOptions<unknown, unknown, AnyStoreOptions>

/** A function of the user's. What it takes and returns was checked where the DSL got it. */
export type Folder = (...args: never[]) => unknown

export function reduction(add: Folder): Aggregation {
  return { kind: 'reduce', add: add as Extract<Aggregation, { kind: 'reduce' }>['add'] }
}

export function folding(init: Folder, add: Folder, merge?: Folder): Aggregation {
  return { kind: 'aggregate', init, add, ...(merge && { merge }) } as Aggregation
}

/**
 * Adds an aggregation, windowed or not, with its store and, if the key changed, a repartition topic. Names are given in
 * Java's order (KGroupedStreamImpl and its windowed sisters).
 */
export function addAggregation(
  context: BuildContext,
  grouping: Grouping,
  aggregation: Aggregation,
  options: ErasedOptions,
  windowing?: Windowing,
): TablePosition {
  const call = aggregation.kind
  const prefix = call === 'reduce' ? prefixes.reduce : prefixes.aggregate
  if (call === 'count') useUpStoreName(context, options, windowing)
  const parts = {
    call,
    name: storeName(context, options.store, prefix, call),
    keySerde: options.key ?? grouping.keySerde(call),
    valueSerde: options.value ?? valueSerde(context, grouping, call),
    aggregate: call,
  }
  const name = nodeName(context, prefix, call, options.name)
  const store = aggregationStore(context, options.store, parts, windowing)
  const parent = grouping.parent(store.name, call)
  const queryable = options.store?.name !== undefined
  return addAggregate(context, parent, { name, aggregation, windowing, store, queryable })
}

export interface AggregateParts {
  readonly name: string
  readonly aggregation: Aggregation
  readonly windowing: Windowing | undefined
  readonly store: StoreSpec
  /** The user named the store. */
  readonly queryable: boolean
}

/** The node that fills a store with aggregates, and its table. */
export function addAggregate(
  { graph }: BuildContext,
  parent: GraphNode,
  parts: AggregateParts,
): TablePosition {
  const { name, aggregation, windowing, store, queryable } = parts
  const { windows, emit } = windowing ?? { windows: undefined, emit: 'update' as const }
  const node = graph.add(
    {
      kind: 'operator',
      node: {
        kind: 'aggregate',
        name,
        aggregation,
        ...(windows && { windows }),
        emit,
        ...(emit !== 'update' && store.kind === 'session' && { segmentMs: store.segmentMs }),
        store: store.name,
        sendOldValues: false,
      },
      stores: [store],
    },
    [parent],
  )
  const keySerde = tableKeySerde(store.keySerde, windows)
  const { valueSerde } = store
  return storedTable({ graph, node, name, keySerde, valueSerde, store, queryable })
}

/**
 * `count` uses up one more index where Java's has a Materialized without a name (KGroupedStreamImpl.count), which it
 * keeps for compatibility; over sliding windows it never did.
 */
function useUpStoreName(
  { naming }: BuildContext,
  options: ErasedOptions,
  windowing: Windowing | undefined,
): void {
  const materialized = (options.store ?? options.key ?? options.value) !== undefined
  if (!materialized || options.store?.name !== undefined || windowing?.windows.kind === 'sliding') return
  naming.store(prefixes.aggregate)
}

function valueSerde(context: BuildContext, grouping: Grouping, call: Aggregation['kind']): Serde<unknown> {
  switch (call) {
    case 'count':
      return long
    case 'reduce':
      return grouping.valueSerde(call)
    case 'aggregate':
      return requireSerde(context, undefined, 'value', call, 'give it as aggregate(..., { value: ... })')
  }
}
