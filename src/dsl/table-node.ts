import type { Graph, GraphNode, NodeSpec, Step } from '../plan/graph.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { TableView } from '../plan/table-view.ts'
import type { Serde } from '../serde/serde.ts'
import type { TablePosition } from './table-position.ts'

// The three kinds of tables there are: those with a store, those that get one when somebody looks values up or asks
// for old ones, and those computed from the table before them.

/** A table's node, and what is known of its records. */
export interface TableNodeParts {
  readonly graph: Graph
  readonly node: GraphNode
  /** Of the plan node in the step, which sends the updates. */
  readonly name: string
  readonly keySerde: Serde<unknown> | undefined
  readonly valueSerde: Serde<unknown> | undefined
}

/** A table that is in a store. */
export function storedTable(
  parts: TableNodeParts & { readonly store: StoreSpec; readonly queryable: boolean },
): TablePosition {
  const { node, keySerde, valueSerde, store, queryable } = parts
  return {
    node,
    keySerde,
    valueSerde,
    store,
    queryableStoreName: queryable ? store.name : undefined,
    versioned: store.kind === 'versioned',
    view: () => ({ kind: 'store', store: store.name }),
    sendOldValues() {
      markOldValues(parts)
      return true
    },
  }
}

/** A table made of records (Java's KTableSource). Its node has no store yet, and gets one when it is needed. */
export function sourceTable(
  parts: TableNodeParts & {
    /** @throws StreamsError `serde-missing` */
    readonly makeStore: () => StoreSpec
    /** The user named the store: it is there from the beginning. */
    readonly queryable: boolean
    /** If it is not that of a `queryable` store. */
    readonly queryableStoreName?: string
  },
): TablePosition {
  const { node, keySerde, valueSerde, queryable } = parts
  let store: StoreSpec | undefined
  const materialize = (): StoreSpec => {
    if (store) return store
    store = parts.makeStore()
    addStore(parts, store)
    return store
  }
  if (queryable) materialize()
  return {
    node,
    keySerde,
    valueSerde,
    get store() {
      return store
    },
    queryableStoreName: parts.queryableStoreName ?? (queryable ? materialize().name : undefined),
    versioned: queryable && materialize().kind === 'versioned',
    view: () => ({ kind: 'store', store: materialize().name }),
    sendOldValues(forceMaterialization) {
      if (!forceMaterialization && !store) return false
      materialize()
      markOldValues(parts)
      return true
    },
  }
}

/** A table computed from another. Without a store, values are computed anew when they are looked up. */
export function derivedTable(
  parts: TableNodeParts & {
    readonly of: TablePosition
    readonly store: StoreSpec | undefined
    readonly view: (of: TableView) => TableView
    /** The node sends old values already. */
    readonly sending?: boolean
  },
): TablePosition {
  const { node, keySerde, valueSerde, of, store } = parts
  if (store) return storedTable({ ...parts, store, queryable: true })
  let sending = parts.sending ?? false
  return {
    node,
    keySerde,
    valueSerde,
    store: undefined,
    queryableStoreName: undefined,
    versioned: of.versioned,
    view: () => parts.view(of.view()),
    sendOldValues(forceMaterialization) {
      if (sending || !of.sendOldValues(forceMaterialization)) return sending
      markOldValues(parts)
      sending = true
      return true
    },
  }
}

/** The updates of a table that are let go; what is known of old values is what its table tells. */
export function suppressedTable({
  of,
  node,
  buffer,
}: {
  readonly of: TablePosition
  readonly node: GraphNode
  readonly buffer: string
}): TablePosition {
  return {
    node,
    keySerde: of.keySerde,
    valueSerde: of.valueSerde,
    store: undefined,
    queryableStoreName: undefined,
    versioned: false,
    view: () => ({ kind: 'suppress', of: of.view(), buffer }),
    sendOldValues: (forceMaterialization) => of.sendOldValues(forceMaterialization),
  }
}

/** From now on the node's updates carry old values. */
function markOldValues({ graph, node, name }: TableNodeParts): void {
  graph.replaceStep(
    node,
    withNode(graph.step(node), name, (spec) => ({ ...spec, sendOldValues: true })),
  )
}

function addStore({ graph, node, name }: TableNodeParts, store: StoreSpec): void {
  const step = withNode(graph.step(node), name, (spec) => ({ ...spec, store: store.name }))
  if (step.kind === 'operator' || step.kind === 'compound')
    graph.replaceStep(node, { ...step, stores: [...(step.stores ?? []), store] })
}

function withNode(step: Step, name: string, change: (spec: NodeSpec) => object): Step {
  if (step.kind === 'operator') return { ...step, node: change(step.node) as typeof step.node }
  if (step.kind !== 'compound') return step
  const nodes = step.nodes.map((part) =>
    part.node.name === name ? { ...part, node: change(part.node) as NodeSpec } : part,
  )
  return { ...step, nodes }
}
