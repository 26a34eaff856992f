import { prefixes } from '../plan/naming.ts'
import type { TableFilterNode } from '../plan/node.ts'
import { type BuildContext, nodeName } from './context.ts'
import { derivedTable } from './table-node.ts'
import type { TableOptions } from './table-options.ts'
import type { TablePosition } from './table-position.ts'
import { derivedStore } from './table-store.ts'

/** KTable.filter and filterNot. */
export function addTableFilter(
  context: BuildContext,
  of: TablePosition,
  filter: Pick<TableFilterNode, 'not' | 'expression' | 'lambda'>,
  options: TableOptions<unknown, unknown>,
): TablePosition {
  const { graph, naming } = context
  const call = filter.not ? 'filterNot' : 'filter'
  // Java uses up an index for the name of a store that there will not be.
  if (options.store && options.store.name === undefined) naming.store(prefixes.tableFilter)
  const keySerde = options.key ?? of.keySerde
  const valueSerde = options.value ?? of.valueSerde
  const store = derivedStore(context, call, options.store, { keySerde, valueSerde })
  const name = nodeName(context, prefixes.tableFilter, call, options.name)
  // With old values at hand anyway, deletions of what was never there need not be forwarded.
  const sendOldValues = of.sendOldValues(false)
  const spec: Omit<TableFilterNode, 'parents'> = {
    kind: 'table-filter',
    name,
    ...filter,
    ...(store && { store: store.name }),
    sendOldValues,
    versioned: of.versioned,
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
    view: (view) => ({ kind: 'filter', of: view, node: { name, ...filter } }),
    sending: sendOldValues,
  })
}
