import { StreamsError } from '../core/errors.ts'
import type { PlanNode, SourceNode } from './node.ts'
import type { StoreSpec } from './store-spec.ts'

/** Nodes connected with each other, directly or by a store they share: what one task runs. */
export interface Subtopology {
  readonly id: number
  /** In the plan's order. */
  readonly nodes: readonly PlanNode[]
  readonly sources: readonly SourceNode[]
  readonly stores: readonly StoreSpec[]
}

/** Numbers the groups by their first node in the plan's order, as InternalTopologyBuilder.makeNodeGroups. */
export function subtopologies(
  nodes: readonly PlanNode[],
  stores: readonly StoreSpec[],
): readonly Subtopology[] {
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
  return Object.freeze([...groups.values()].map((group, id) => subtopology(id, group, stores)))
}

/** Names of the stores a node reads or writes. */
export function storesOf(node: PlanNode): readonly string[] {
  return node.kind === 'aggregate' ? [node.store] : []
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

function subtopology(id: number, nodes: readonly PlanNode[], stores: readonly StoreSpec[]): Subtopology {
  const used = new Set(nodes.flatMap(storesOf))
  return Object.freeze({
    id,
    nodes: Object.freeze(nodes),
    sources: Object.freeze(nodes.filter((node) => node.kind === 'source')),
    stores: Object.freeze(stores.filter(({ name }) => used.has(name))),
  })
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
