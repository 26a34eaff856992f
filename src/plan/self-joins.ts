import type { GraphNode } from './graph.ts'

/**
 * A join whose two sides are one stream fills one window store and reads it, instead of filling two alike
 * (InternalStreamsBuilder.rewriteSingleStoreSelfJoin).
 */
export function rewriteSelfJoins(graph: readonly GraphNode[]): readonly GraphNode[] {
  const parentsOf = new Map(graph.map(({ id, parents }) => [id, parents]))
  const leftOut = new Set<number>()
  const rewritten = graph.map((node): GraphNode => {
    const { step, parents: windows } = node
    if (step.kind !== 'compound' || !step.selfJoin) return node
    const streams = new Set(windows.flatMap((window) => parentsOf.get(window)!))
    if (streams.size !== 1) return node
    const [thisWindow, otherWindow] = windows as [number, number]
    leftOut.add(otherWindow)
    return { ...node, parents: [thisWindow], step: { kind: 'operator', node: step.selfJoin } }
  })
  return rewritten.filter(({ id }) => !leftOut.has(id))
}
