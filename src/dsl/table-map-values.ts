import { prefixes } from '../plan/naming.ts'
import type { TableMapValuesNode } from '../plan/node.ts'
import { type BuildContext, nodeName } from './context.ts'
import { derivedTable } from './table-node.ts'
import type { TableOptions } from './table-options.ts'
import type { TablePosition } from './table-position.ts'
import { derivedStore } from './table-store.ts'

/** KTable.mapValues */
export function addTableMapValues(
  context: BuildContext,
  of: TablePosition,
  map: Pick<TableMapValuesNode, 'expression' | 'lambda'>,
  options: TableOptions<unknown, unknown>,
): TablePosition {
  const { graph, naming } = context
  // Java uses up an index for the name of a store that there will not be.
  if (options.store && options.store.name === undefined) naming.store(prefixes.tableMapValues)
  const keySerde = options.key ?? of.keySerde
  const valueSerde = options.value
  const store = derivedStore(context, 'mapValues', options.store, { keySerde, valueSerde })
  const name = nodeName(context, prefixes.tableMapValues, 'mapValues', options.name)
  const spec: Omit<TableMapValuesNode, 'parents'> = {
    kind: 'table-map-values',
    name,
    ...map,
    ...(store && { store: store.name }),
    sendOldValues: false,
  }
  const node = graph.add({ kind: 'operator', node: spec, ...(store && { stores: [store] }) }, [of.node])
  return derivedTable({
    graph,
    node,
    name,
    keySerde,
    valueSerde,
    of,
    store,
    view: (view) => ({ kind: 'map-values', of: view, node: { name, ...map } }),
  })
}
