import { compareNames, hashOrder, TreeSet } from './java-order.ts'
import type { PlanNode, SinkNode } from './node.ts'
import type { GlobalStore, Plan } from './plan.ts'
import { type Subtopology, storesOf } from './subtopology.ts'

/** The text of Java's `Topology.describe().toString()`, character for character. */
export function describePlan({ subtopologies, globalStores }: Plan): string {
  const parts = [
    ...subtopologies.map((one) => ({ id: one.id, text: describeSubtopology(one) })),
    ...globalStores.map((one) => ({ id: one.id, text: describeGlobalStore(one) })),
  ]
  const texts = parts.sort((a, b) => a.id - b.id).map(({ text }) => text)
  return `Topologies:\n ${texts.join('')}`
}

function describeGlobalStore({ id, source, processor }: GlobalStore): string {
  const from = nodeText({ node: source, predecessors: [], successors: [processor.name] })
  const to = nodeText({ node: processor, predecessors: [source.name], successors: [] })
  return `  Sub-topology: ${id} for global store (will not generate tasks)\n    ${from}\n    ${to}\n`
}

function describeSubtopology(subtopology: Subtopology): string {
  const nodes = describedNodes(subtopology)
    .map((node) => `    ${nodeText(node)}\n`)
    .join('')
  return `  Sub-topology: ${subtopology.id}\n${nodes}\n`
}

/** A node with its neighbours in the order in which Java prints them. */
export interface DescribedNode {
  readonly node: PlanNode
  readonly predecessors: readonly string[]
  readonly successors: readonly string[]
}

/** The nodes of a subtopology in the order in which Java prints them: InternalTopologyBuilder.describeSubtopology. */
export function describedNodes(subtopology: Subtopology): readonly DescribedNode[] {
  const linked = new Map(subtopology.nodes.map((node) => [node.name, new LinkedNode(node)]))
  for (const name of hashOrder([...linked.keys()])) {
    const node = linked.get(name)!
    for (const parent of node.node.parents) node.follow(linked.get(parent)!)
  }
  return [...linked.values()].sort(bySize).map(({ node, predecessors, successors }) => ({
    node,
    predecessors: predecessors.values().map((other) => other.node.name),
    successors: successors.values().map((other) => other.node.name),
  }))
}

class LinkedNode {
  readonly node: PlanNode
  readonly predecessors: TreeSet<LinkedNode> = new TreeSet(bySize)
  readonly successors: TreeSet<LinkedNode> = new TreeSet(bySize)
  /** Nodes of the subtree below, itself included; shared ones count several times. */
  size = 1

  constructor(node: PlanNode) {
    this.node = node
  }

  follow(parent: LinkedNode): void {
    this.predecessors.add(parent)
    parent.successors.add(this)
    parent.#grow(this.size)
  }

  #grow(by: number): void {
    this.size += by
    for (const parent of this.predecessors.values()) parent.#grow(by)
  }
}

function bySize(a: LinkedNode, b: LinkedNode): number {
  return a === b ? 0 : b.size - a.size || compareNames(a.node.name, b.node.name)
}

function nodeText({ node, predecessors, successors }: DescribedNode): string {
  const from = `\n      <-- ${names(predecessors)}`
  const to = `\n      --> ${names(successors)}`
  switch (node.kind) {
    case 'source':
      return `Source: ${node.name} (topics: ${node.pattern?.source ?? `[${hashOrder(node.topics, true).join(', ')}]`})${to}`
    case 'sink':
      return `Sink: ${node.name} (${destination(node)})${from}`
    default:
      return `Processor: ${node.name} (stores: [${hashOrder(storesOf(node), true).join(', ')}])${to}${from}`
  }
}

/** Java prints what its extractor prints of itself; we have a function, and perhaps its name. */
function destination({ topic, topicOf }: SinkNode): string {
  return topicOf ? `extractor class: ${topicOf.name || 'lambda'}` : `topic: ${topic}`
}

function names(nodes: readonly string[]): string {
  return nodes.length === 0 ? 'none' : nodes.join(', ')
}
