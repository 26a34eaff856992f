import type { Serde } from '../serde/serde.ts'
import type { RepartitionNames } from './naming.ts'
import type { Partitioner, PlanNode, SelfJoinNode, SourceNode } from './node.ts'
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

export type Step =
  | SourceStep
  | OperatorStep
  | CompoundStep
  | RepartitionStep
  | StateStoreStep
  | GlobalStoreStep

export interface SourceStep {
  readonly kind: 'source'
  readonly node: Omit<SourceNode, 'parents'>
}

interface Effects {
  /** Records may need to move to another partition before the next stateful step. */
  readonly changesKey?: boolean
  readonly changesValue?: boolean
  /** Several streams become one (Java's isMergeNode). */
  readonly merges?: boolean
}

/** One node that has parents: a processor or a sink. */
export interface OperatorStep extends Effects {
  readonly kind: 'operator'
  readonly node: Exclude<NodeSpec, { readonly kind: 'source' }>
  /** Stores that come with it; those it shares with others are named in the node alone. */
  readonly stores?: readonly StoreSpec[]
}

/** Several nodes that one call of the DSL adds; the last is what follows is connected to. */
export interface CompoundStep extends Effects {
  readonly kind: 'compound'
  readonly nodes: readonly CompoundNode[]
  readonly stores: readonly StoreSpec[]
  /**
   * Of a stream-stream join, whose parents are the two windows: takes the place of all its nodes and stores behind the
   * first window, and the second is left out, if both are of one stream (Java's single.store.self.join).
   */
  readonly selfJoin?: Omit<SelfJoinNode, 'parents'>
}

export interface CompoundNode {
  readonly node: NodeSpec
  /** A parent of the step, by its index, or an earlier node of it, by name. */
  readonly parents: readonly (number | string)[]
}

/** A store that processors are connected to by name (StreamsBuilder.addStateStore). */
export interface StateStoreStep {
  readonly kind: 'state-store'
  readonly store: StoreSpec
}

/** A store with the content of a whole topic, the same in every task. */
export interface GlobalStoreStep {
  readonly kind: 'global-store'
  readonly source: Omit<SourceNode, 'parents'>
  readonly processor: Exclude<NodeSpec, { readonly kind: 'source' }>
  readonly store: StoreSpec
}

/** A repartition topic: filter, sink and source. */
export interface RepartitionStep {
  readonly kind: 'repartition'
  readonly names: RepartitionNames
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  /** By `KStream.repartition`: never merged with another, and with these partitions and partitioner. */
  readonly explicit?: { readonly partitions?: number; readonly partitioner?: Partitioner }
  /** The user named neither the topic nor what makes it necessary: it has the name of the node before it. */
  readonly namedAfterNode?: boolean
  /** It took the place of several (`merge.repartition.topics`). */
  readonly merged?: boolean
  /** A left or outer join further down takes records without a key (KIP-962); the plan finds out. */
  readonly keepNullKeys?: boolean
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

  /** The step as it is by now: later calls of the DSL may ask more of it. */
  step(node: GraphNode): Step {
    return this.#nodes[node.id]!.step
  }

  /** Says more precisely what a step does: that it keeps a store, or sends old values. */
  replaceStep(node: GraphNode, step: Step): void {
    this.#nodes[node.id] = Object.freeze({ ...this.#nodes[node.id]!, step })
  }

  get nodes(): readonly GraphNode[] {
    return this.#nodes
  }
}

/**
 * The step with others in place of one parent. Java then appends them, which `describe` shows; the nodes of a compound
 * step know its parents by their place, and keep them.
 */
export function withParents(node: GraphNode, replaced: number, by: readonly number[]): GraphNode {
  const parents =
    node.step.kind === 'compound'
      ? node.parents.flatMap((parent) => (parent === replaced ? by : [parent]))
      : [...new Set([...node.parents.filter((parent) => parent !== replaced), ...by])]
  return { ...node, parents }
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
