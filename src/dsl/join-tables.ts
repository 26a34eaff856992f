import type { CompoundStep, NodeSpec } from '../plan/graph.ts'
import { prefixes } from '../plan/naming.ts'
import type { Joiner, JoinKind } from '../plan/node.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { TableView } from '../plan/table-view.ts'
import { type BuildContext, nodeName, requireSerde } from './context.ts'
import { keyValueStoreSpec, storeName } from './materialized.ts'
import type { TableOptions } from './table-options.ts'
import type { TablePosition } from './table-position.ts'

const calls = { inner: 'join', left: 'leftJoin', outer: 'outerJoin' } as const

/** A join of tables by their keys (KTableImpl.doJoin): a node for each side, and one that makes a table of both. */
export function joinTables(
  context: BuildContext,
  left: TablePosition,
  right: TablePosition,
  kind: JoinKind,
  joiner: Joiner,
  options: TableOptions<never, never>,
): TablePosition {
  const call = calls[kind]
  const keySerde = options.key ?? left.keySerde
  const store = resultStore(context, call, keySerde, options)
  const merge = nodeName(context, prefixes.tableMerge, call, options.name)
  if (kind !== 'inner') left.sendOldValues(true)
  if (kind === 'outer') right.sendOldValues(true)
  const given = (suffix: string): string | undefined => options.name && `${options.name}${suffix}`
  const common = { kind: 'table-join', join: kind, joiner, sendOldValues: false } as const
  const own = {
    ...common,
    name: nodeName(context, prefixes.tableJoinThis, call, given('-join-this')),
    side: 'left',
    other: right.view(),
  } as const
  const other = {
    ...common,
    name: nodeName(context, prefixes.tableJoinOther, call, given('-join-other')),
    side: 'right',
    other: left.view(),
  } as const
  const step: CompoundStep = {
    kind: 'compound',
    nodes: [
      { node: own, parents: [0] },
      { node: other, parents: [1] },
      {
        node: {
          kind: 'table-join-merge',
          name: merge,
          sendOldValues: false,
          ...(store && { store: store.name }),
        },
        parents: [own.name, other.name],
      },
    ],
    stores: store ? [store] : [],
  }
  const node = context.graph.add(step, [left.node, right.node])
  const view: TableView = store
    ? { kind: 'store', store: store.name }
    : { kind: 'join', left: left.view(), right: right.view(), node: own }
  let sending = false
  return {
    node,
    keySerde,
    valueSerde: options.value,
    store,
    queryableStoreName: store?.name,
    versioned: store?.kind === 'versioned',
    view: () => view,
    sendOldValues() {
      if (sending) return true
      sending = true
      left.sendOldValues(true)
      right.sendOldValues(true)
      context.graph.replaceStep(node, { ...step, nodes: step.nodes.map(withOldValues) })
      return true
    },
  }
}

/** The store of the result, if there is to be one; its name comes before the names of the nodes. */
function resultStore(
  context: BuildContext,
  call: string,
  keySerde: TablePosition['keySerde'],
  options: TableOptions<never, never>,
): StoreSpec | undefined {
  if (!options.store) return undefined
  return keyValueStoreSpec(context, options.store, {
    call,
    name: storeName(context, options.store, prefixes.tableMerge, call),
    keySerde: requireSerde(context, keySerde, 'key', call, 'give it as { key: ... }'),
    valueSerde: requireSerde(context, options.value, 'value', call, 'give it as { value: ... }'),
  })
}

function withOldValues(part: CompoundStep['nodes'][number]): CompoundStep['nodes'][number] {
  return { ...part, node: { ...part.node, sendOldValues: true } as NodeSpec }
}
