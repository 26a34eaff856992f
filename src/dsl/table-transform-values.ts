import { prefixes } from '../plan/naming.ts'
import type { TableTransformValuesNode } from '../plan/node.ts'
import type { TransformerSpec, ValueTransformer } from '../plan/processor-spec.ts'
import { type BuildContext, nodeName } from './context.ts'
import { addedStores, type ConnectedStores, connectedStores } from './process.ts'
import { derivedTable } from './table-node.ts'
import type { TableOptions } from './table-options.ts'
import type { TablePosition } from './table-position.ts'
import { derivedStore } from './table-store.ts'

/**
 * A transformer, or a function that makes one: give a function when it has state of its own beside its stores. There
 * may be several of a task, since values that are not in a store are computed anew by those who look them up.
 */
export type ValueTransformerSupplier<K, V, V2> =
  | ValueTransformer<K, V, V2>
  | (() => ValueTransformer<K, V, V2>)

/** `stores` are those the transformer may use, `store` is that of the table it makes. */
export interface TransformOptions<K, V> extends TableOptions<K, V>, ConnectedStores {}

/** KTable.transformValues */
export function addTableTransformValues(
  context: BuildContext,
  of: TablePosition,
  supplier: ValueTransformerSupplier<never, never, unknown>,
  options: TransformOptions<unknown, unknown>,
): TablePosition {
  const { graph } = context
  const call = 'transformValues'
  const keySerde = options.key ?? of.keySerde
  const valueSerde = options.value
  const store = derivedStore(context, call, options.store, { keySerde, valueSerde })
  const name = nodeName(context, prefixes.tableTransformValues, call, options.name)
  const create = typeof supplier === 'function' ? supplier : () => supplier
  const transform = {
    name,
    transformer: { create: create as TransformerSpec['create'] },
    connectedStores: connectedStores(options),
  }
  const spec: Omit<TableTransformValuesNode, 'parents'> = {
    kind: 'table-transform-values',
    ...transform,
    ...(store && { store: store.name }),
    sendOldValues: false,
  }
  const stores = [...(store ? [store] : []), ...addedStores(options)]
  const node = graph.add({ kind: 'operator', node: spec, stores }, [of.node])
  return derivedTable({
    graph,
    node,
    name,
    keySerde,
    valueSerde,
    of,
    store,
    view: (view) => ({ kind: 'transform-values', of: view, node: transform }),
  })
}
