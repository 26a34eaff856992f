import { StreamsError } from '../core/errors.ts'
import { hashOrder } from './java-order.ts'
import type { PlanNode, SourceNode } from './node.ts'
import type { StoreSpec } from './store-spec.ts'
import { viewStores } from './table-view.ts'

/** Nodes connected with each other, directly or by a store they share: what one task runs. */
export interface Subtopology {
  /** Numbers of global stores are left out, so this is no index into a list of subtopologies. */
  readonly id: number
  /** In the plan's order. */
  readonly nodes: readonly PlanNode[]
  readonly sources: readonly SourceNode[]
  /** In the order in which Java registers, and flushes, them. */
  readonly stores: readonly StoreSpec[]
}

/** Groups of connected nodes, in the order of their first node: InternalTopologyBuilder.makeNodeGroups. */
export function nodeGroups(nodes: readonly PlanNode[]): readonly (readonly PlanNode[])[] {
  const union = new Union()
  for (const node of nodes) {
    for (const parent of node.parents) union.unite(node.name, parent)
    for (const store of storesOf(node)) union.unite(node.name, `store ${store}`)
  }
  const groups = new Map<string, PlanNode[]>()
  for (const node of nodes) {
    const root = union.root(node.name)
    const group = groups.get(root)
    if (group) group.push(node)
    else groups.set(root, [node])
  }
  return [...groups.values()]
}

export function subtopology(
  id: number,
  nodes: readonly PlanNode[],
  stores: ReadonlyMap<string, StoreSpec>,
): Subtopology {
  return Object.freeze({
    id,
    nodes: Object.freeze(nodes),
    sources: Object.freeze(nodes.filter((node) => node.kind === 'source')),
    stores: Object.freeze(storesInOrder(nodes, stores)),
  })
}

/** Java registers stores node by node, and those of one node as its HashSet gives them out. */
export function storesInOrder(
  nodes: readonly PlanNode[],
  stores: ReadonlyMap<string, StoreSpec>,
): readonly StoreSpec[] {
  const names = new Set(nodes.flatMap((node) => hashOrder(storesOf(node))))
  return [...names].map((name) => stores.get(name)!)
}

/** Names of the stores a node reads or writes, each once, in the order in which they are connected to it. */
export function storesOf(node: PlanNode): readonly string[] {
  switch (node.kind) {
    case 'aggregate':
    case 'table-aggregate':
    case 'join-window':
    case 'self-join':
    case 'suppress':
    case 'fk-subscription-receive':
    case 'fk-foreign-table':
      return [node.store]
    case 'process':
      return unique(node.stores)
    case 'stream-join':
      return given(node.otherStore, node.outerStore)
    case 'stream-table-join':
      return unique([...given(node.buffer), ...viewStores(node.view)])
    case 'table-source':
    case 'table-filter':
    case 'table-map-values':
    case 'table-join-merge':
      return given(node.store)
    case 'table-transform-values':
      return unique([...given(node.store), ...node.connectedStores])
    case 'table-join':
      return unique(viewStores(node.other))
    case 'fk-subscription-join':
    case 'fk-response-join':
      return unique(viewStores(node.view))
    default:
      // Global stores need no connection: `stream-global-join` is here.
      return []
  }
}

export function childrenOf(subtopology: Subtopology, name: string): readonly PlanNode[] {
  return subtopology.nodes.filter(({ parents }) => parents.includes(name))
}

/** @throws StreamsError `internal` */
export function storeNamed(subtopology: Subtopology, name: string): StoreSpec {
  const store = subtopology.stores.find((other) => other.name === name)
  if (store) return store
  throw new StreamsError('internal', `subtopology ${subtopology.id} has no store '${name}'`)
}

function given(...names: readonly (string | undefined)[]): readonly string[] {
  return names.filter((name) => name !== undefined)
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}

/** Sets of names, as trees of parent links. */
class Union {
  readonly #parents = new Map<string, string>()

  root(name: string): string {
    let root = name
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root))
      root = parent
    return root
  }

  unite(a: string, b: string): void {
    const [rootA, rootB] = [this.root(a), this.root(b)]
    if (rootA !== rootB) this.#parents.set(rootA, rootB)
  }
}
