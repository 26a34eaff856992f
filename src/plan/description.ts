import { type DescribedNode, describedNodes } from './describe.ts'
import { hashOrder } from './java-order.ts'
import type { PlanNode } from './node.ts'
import type { Plan } from './plan.ts'
import { storesOf } from './subtopology.ts'

/** A topology as data (Java's TopologyDescription): nodes refer to each other by name, in the order in which Java prints them. */
export interface TopologyDescription {
  readonly subtopologies: readonly SubtopologyDescription[]
  readonly globalStores: readonly GlobalStoreDescription[]
}

export interface SubtopologyDescription {
  readonly id: number
  readonly nodes: readonly NodeDescription[]
}

/** A store that every instance fills from a whole topic; it takes a number among the subtopologies. */
export interface GlobalStoreDescription {
  readonly id: number
  readonly source: NodeDescription
  readonly processor: NodeDescription
}

export type NodeDescription = SourceDescription | ProcessorDescription | SinkDescription

interface NodeLinks {
  readonly name: string
  readonly predecessors: readonly string[]
  readonly successors: readonly string[]
}

export interface SourceDescription extends NodeLinks {
  readonly kind: 'source'
  /** Without the application id in the names of repartition topics; empty if a pattern says which. */
  readonly topics: readonly string[]
  /** The pattern's text. */
  readonly pattern?: string
}

export interface ProcessorDescription extends NodeLinks {
  readonly kind: 'processor'
  readonly stores: readonly string[]
}

export interface SinkDescription extends NodeLinks {
  readonly kind: 'sink'
  /** Absent if a function chooses it for each record. */
  readonly topic?: string
}

export function planDescription({ subtopologies, globalStores }: Plan): TopologyDescription {
  return {
    subtopologies: subtopologies.map((subtopology) => ({
      id: subtopology.id,
      nodes: describedNodes(subtopology).map(nodeDescription),
    })),
    globalStores: globalStores.map(({ id, source, processor }) => ({
      id,
      source: nodeDescription({ node: source, predecessors: [], successors: [processor.name] }),
      processor: nodeDescription({ node: processor, predecessors: [source.name], successors: [] }),
    })),
  }
}

function nodeDescription({ node, ...neighbours }: DescribedNode): NodeDescription {
  return { ...ownDescription(node), name: node.name, ...neighbours }
}

type Own<D> = D extends NodeDescription ? Omit<D, keyof NodeLinks> : never

function ownDescription(node: PlanNode): Own<NodeDescription> {
  switch (node.kind) {
    case 'source':
      return {
        kind: 'source',
        topics: hashOrder(node.topics, true),
        ...(node.pattern && { pattern: node.pattern.source }),
      }
    case 'sink':
      return { kind: 'sink', ...(!node.topicOf && { topic: node.topic }) }
    default:
      return { kind: 'processor', stores: hashOrder(storesOf(node), true) }
  }
}
