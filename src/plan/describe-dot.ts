import type { PlanNode } from './node.ts'
import type { Plan } from './plan.ts'
import { storesOf } from './subtopology.ts'
import { inputsOf, outputsOf, topologyFrames } from './topology-frames.ts'

/**
 * The topology in Graphviz' language: topics as hexagons, nodes as boxes, stores as cylinders; one frame for each
 * subtopology and global store.
 */
export function planDot(plan: Plan): string {
  const frames = topologyFrames(plan)
  const nodes = frames.flatMap((frame) => frame.nodes)
  const topics = new Set(nodes.flatMap((node) => [...inputsOf(node), ...outputsOf(node)]))
  const lines = [
    'digraph topology {',
    '  node [shape=box];',
    ...[...topics].map((topic) => `  ${topicId(topic)} [label=${quoted(topic)}, shape=hexagon];`),
    ...frames.flatMap(({ id, title, nodes }) => [
      `  subgraph cluster_${id} {`,
      `    label=${quoted(title)};`,
      ...nodes.map(({ name }) => `    ${quoted(name)};`),
      ...[...new Set(nodes.flatMap(storesOf))].map(
        (store) => `    ${storeId(store)} [label=${quoted(store)}, shape=cylinder];`,
      ),
      '  }',
    ]),
    ...nodes.flatMap(edges),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

function edges(node: PlanNode): readonly string[] {
  const own = quoted(node.name)
  return [
    ...inputsOf(node).map((topic) => `  ${topicId(topic)} -> ${own};`),
    ...node.parents.map((parent) => `  ${quoted(parent)} -> ${own};`),
    ...storesOf(node).map((store) => `  ${own} -> ${storeId(store)} [dir=none, style=dashed];`),
    ...outputsOf(node).map((topic) => `  ${own} -> ${topicId(topic)};`),
  ]
}

/** A topic, a store and a node may have one name. */
function topicId(topic: string): string {
  return quoted(`topic ${topic}`)
}

function storeId(store: string): string {
  return quoted(`store ${store}`)
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
