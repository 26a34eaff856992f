import type { GraphNode, NodeSpec, Step } from './graph.ts'

/**
 * Records without a key pass a repartition topic only on their way to a left or outer join, which takes them
 * (KIP-962; NodesWithRelaxedNullKeyJoinDownstream).
 */
export function relaxNullKeys(graph: readonly GraphNode[]): readonly GraphNode[] {
  const upstream = new Set<number>()
  const byId = new Map(graph.map((node) => [node.id, node]))
  const mark = (node: GraphNode): void => {
    for (const parent of node.parents) {
      if (upstream.has(parent)) continue
      upstream.add(parent)
      mark(byId.get(parent)!)
    }
  }
  for (const node of graph) if (nodesOf(node.step).some(takesNullKeys)) mark(node)
  return graph.map((node) =>
    node.step.kind === 'repartition' && upstream.has(node.id)
      ? { ...node, step: { ...node.step, keepNullKeys: true } }
      : node,
  )
}

function takesNullKeys(node: NodeSpec): boolean {
  switch (node.kind) {
    case 'stream-join':
      return node.outer
    case 'stream-table-join':
    case 'stream-global-join':
      return node.left
    default:
      return false
  }
}

function nodesOf(step: Step): readonly NodeSpec[] {
  if (step.kind === 'operator') return [step.node]
  return step.kind === 'compound' ? step.nodes.map(({ node }) => node) : []
}
