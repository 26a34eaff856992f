import type { Serde } from '../serde/serde.ts'
import type { RepartitionNames } from './naming.ts'
import type { PlanNode, SourceNode } from './node.ts'
import type { StoreSpec } from './store-spec.ts'

/** A plan node before it knows its parents. */
export type NodeSpec = PlanNode extends infer N ? (N extends PlanNode ? Omit<N, 'parents'> : never) : never

/**
 * What one call of the DSL adds: Java's GraphNode. Optimizations work on these, as pure functions; one step becomes
 * one plan node or several.
 */
export interface GraphNode {
  readonly id: number
  /** Of the steps whose parents are written, the one of the lowest priority comes next. */
  readonly priority: number
  readonly parents: readonly number[]
  readonly step: Step
}

export type Step = SourceStep | OperatorStep | RepartitionStep

export interface SourceStep {
  readonly kind: 'source'
  readonly node: Omit<SourceNode, 'parents'>
}

/** One node that has parents: a processor or a sink. */
export interface OperatorStep {
  readonly kind: 'operator'
  readonly node: Exclude<NodeSpec, { readonly kind: 'source' }>
  readonly store?: StoreSpec
  /** Records may need to move to another partition before the next stateful step. */
  readonly changesKey?: boolean
  readonly changesValue?: boolean
}

/** A repartition topic: filter, sink and source. */
export interface RepartitionStep {
  readonly kind: 'repartition'
  readonly names: RepartitionNames
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
}

/** The steps of a topology under construction. */
export class Graph {
  readonly #nodes: GraphNode[] = []
  #nextPriority = 0

  add(step: Step, parents: readonly GraphNode[] = []): GraphNode {
    const node = Object.freeze({
      id: this.#nodes.length,
      priority: this.#nextPriority++,
      parents: parents.map(({ id }) => id),
      step,
    })
    this.#nodes.push(node)
    return node
  }

  /** A second use of a step comes as late as its last one, as in Java's addGraphNode. */
  reuse(node: GraphNode): GraphNode {
    const later = Object.freeze({ ...node, priority: this.#nextPriority++ })
    this.#nodes[node.id] = later
    return later
  }

  get nodes(): readonly GraphNode[] {
    return this.#nodes
  }
}

/** The order in which steps become plan nodes: InternalStreamsBuilder.buildAndOptimizeTopology. */
export function writeOrder(graph: readonly GraphNode[]): readonly GraphNode[] {
  const waiting = [...graph].sort((a, b) => a.priority - b.priority)
  const written = new Set<number>()
  const order: GraphNode[] = []
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ parents }) => parents.every((parent) => written.has(parent)))
    const [node] = waiting.splice(next, 1)
    written.add(node!.id)
    order.push(node!)
  }
  return order
}
