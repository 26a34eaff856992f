import { describedNodes } from './describe.ts'
import type { PlanNode } from './node.ts'
import type { Plan } from './plan.ts'

/** What a drawing puts a frame around. */
export interface TopologyFrame {
  readonly id: number
  readonly title: string
  readonly nodes: readonly PlanNode[]
}

/** Subtopologies and global stores, in order of their ids. */
export function topologyFrames(plan: Plan): readonly TopologyFrame[] {
  return [
    ...plan.subtopologies.map((subtopology) => ({
      id: subtopology.id,
      title: `Sub-topology: ${subtopology.id}`,
      nodes: describedNodes(subtopology).map(({ node }) => node),
    })),
    ...plan.globalStores.map(({ id, source, processor }) => ({
      id,
      title: `Sub-topology: ${id} for global store`,
      nodes: [source, processor],
    })),
  ].sort((a, b) => a.id - b.id)
}

/** Topics that a node reads; a pattern stands for those that match it. */
export function inputsOf(node: PlanNode): readonly string[] {
  if (node.kind !== 'source') return []
  return node.pattern ? [node.pattern.source] : node.topics
}

/** Topics that a node writes. */
export function outputsOf(node: PlanNode): readonly string[] {
  if (node.kind !== 'sink') return []
  return [node.topicOf ? `chosen by ${node.name}` : node.topic]
}
