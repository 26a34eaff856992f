import { describedNodes } from './describe.ts'
import type { PlanNode, SinkNode, SourceNode } from './node.ts'
import type { Plan } from './plan.ts'
import { storesOf } from './subtopology.ts'

/**
 * The topology in Graphviz' language: topics as hexagons, nodes as boxes, stores as cylinders; one frame for each
 * subtopology and global store.
 */
export function planDot(plan: Plan): string {
  const frames = [
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
  const nodes = frames.flatMap((frame) => frame.nodes)
  const topics = new Set(nodes.flatMap((node) => [...inputs(node), ...outputs(node)]))
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
    ...inputs(node).map((topic) => `  ${topicId(topic)} -> ${own};`),
    ...node.parents.map((parent) => `  ${quoted(parent)} -> ${own};`),
    ...storesOf(node).map((store) => `  ${own} -> ${storeId(store)} [dir=none, style=dashed];`),
    ...outputs(node).map((topic) => `  ${own} -> ${topicId(topic)};`),
  ]
}

function inputs(node: PlanNode): readonly string[] {
  return node.kind === 'source' ? topicsOf(node) : []
}

function outputs(node: PlanNode): readonly string[] {
  return node.kind === 'sink' ? [destination(node)] : []
}

function topicsOf({ topics, pattern }: SourceNode): readonly string[] {
  return pattern ? [pattern.source] : topics
}

function destination({ name, topic, topicOf }: SinkNode): string {
  return topicOf ? `chosen by ${name}` : topic
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
