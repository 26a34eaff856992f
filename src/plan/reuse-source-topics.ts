import type { CompoundStep, GraphNode } from './graph.ts'

/** A table's store is restored from the table's own topic, which must be compacted, in place of a changelog. */
export function reuseSourceTopics(graph: readonly GraphNode[]): readonly GraphNode[] {
  return graph.map((node) =>
    node.step.kind === 'compound' ? { ...node, step: restoredFromSource(node.step) } : node,
  )
}

function restoredFromSource(step: CompoundStep): CompoundStep {
  const [source, table] = step.nodes.map(({ node }) => node)
  if (source?.kind !== 'source' || table?.kind !== 'table-source') return step
  const [sourceTopic] = source.topics
  const stores = step.stores.map((store) =>
    store.name === table.store ? { ...store, changelog: 'off' as const, sourceTopic: sourceTopic! } : store,
  )
  return { ...step, stores }
}
