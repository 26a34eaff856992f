import { StreamsError } from '../core/errors.ts'
import type { GraphNode } from './graph.ts'
import type { SourceNode } from './node.ts'

type SourceSpec = Omit<SourceNode, 'parents'>

/** Calls of `stream` for the same topics share the first one's node (Java's mergeDuplicateSourceNodes). */
export function mergeSources(graph: readonly GraphNode[]): readonly GraphNode[] {
  const first = new Map<string, { readonly id: number; readonly node: SourceSpec }>()
  const replacedBy = new Map<number, number>()
  for (const { id, step } of graph) {
    if (step.kind !== 'source') continue
    const topics = JSON.stringify([...step.node.topics].sort())
    const main = first.get(topics)
    if (!main) {
      first.set(topics, { id, node: step.node })
      continue
    }
    checkSame(main.node, step.node)
    replacedBy.set(id, main.id)
  }
  if (replacedBy.size === 0) return graph
  return graph
    .filter(({ id }) => !replacedBy.has(id))
    .map((node) => ({ ...node, parents: node.parents.map((parent) => replacedBy.get(parent) ?? parent) }))
}

function checkSame(main: SourceSpec, other: SourceSpec): void {
  const difference = (['keySerde', 'valueSerde', 'timestamp'] as const).find(
    (part) => identity(main[part]) !== identity(other[part]),
  )
  if (!difference) return
  throw new StreamsError(
    'topology-invalid',
    `stream('${main.topics.join(', ')}') is called twice with another ${labels[difference]}; both calls share one source`,
  )
}

const labels = { keySerde: 'key serde', valueSerde: 'value serde', timestamp: 'timestamp' } as const

function identity(part: SourceSpec['keySerde'] | SourceSpec['timestamp']): string {
  if (!part) return ''
  return 'serialize' in part ? part.name : JSON.stringify(part)
}
