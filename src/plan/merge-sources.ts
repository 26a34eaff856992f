import { StreamsError } from '../core/errors.ts'
import { type GraphNode, withParents } from './graph.ts'
import type { SourceNode } from './node.ts'

type SourceSpec = Omit<SourceNode, 'parents'>

interface MainSource {
  readonly id: number
  readonly node: SourceSpec
}

/** Calls of `stream` for the same topics, or the same pattern, share the first one's node (mergeDuplicateSourceNodes). */
export function mergeSources(graph: readonly GraphNode[]): readonly GraphNode[] {
  const mains = new Map<string, MainSource>()
  const replacedBy = new Map<number, number>()
  for (const { id, parents, step } of graph) {
    // The source of a topic that the topology itself fills has a parent.
    if (step.kind !== 'source' || parents.length > 0) continue
    const keys = subscription(step.node)
    const found = [...new Set(keys.flatMap((key) => mains.get(key) ?? []))]
    for (const main of found) checkSame(main.node, step.node)
    if (found[0]) replacedBy.set(id, found[0].id)
    else for (const key of keys) mains.set(key, { id, node: step.node })
  }
  if (replacedBy.size === 0) return graph
  return graph
    .filter(({ id }) => !replacedBy.has(id))
    .map((node) =>
      node.parents
        .filter((parent) => replacedBy.has(parent))
        .reduce((moved, parent) => withParents(moved, parent, [replacedBy.get(parent)!]), node),
    )
}

/** What two sources must not both read. */
function subscription({ topics, pattern }: SourceSpec): readonly string[] {
  return pattern ? [String(pattern)] : topics.map((topic) => `topic ${topic}`)
}

function checkSame(main: SourceSpec, other: SourceSpec): void {
  if (identity([...main.topics].sort()) !== identity([...other.topics].sort()))
    throw new StreamsError(
      'topology-invalid',
      `Two source nodes are subscribed to overlapping but not equal input topics: ${main.name} reads ${main.topics.join(', ')}, ${other.name} reads ${other.topics.join(', ')}`,
    )
  if (identity(main.offsetReset) !== identity(other.offsetReset))
    throw new StreamsError(
      'topology-invalid',
      `Can't configure different offset reset policies on the same input topic(s): ${main.name} and ${other.name}`,
    )
  const difference = (['keySerde', 'valueSerde', 'timestamp', 'extractor', 'invalidTimestamp'] as const).find(
    (part) => identity(main[part]) !== identity(other[part]),
  )
  if (!difference) return
  throw new StreamsError(
    'topology-invalid',
    `stream('${main.topics.join(', ')}') is called twice with another ${labels[difference]}; both calls share one source`,
  )
}

const labels = {
  keySerde: 'key serde',
  valueSerde: 'value serde',
  timestamp: 'timestamp',
  extractor: 'timestamp',
  invalidTimestamp: 'invalidTimestamp',
} as const

/** What tells two of them apart: data by what it says, a function by itself. */
function identity(part: SourceSpec[keyof typeof labels | 'offsetReset'] | readonly string[]): unknown {
  if (typeof part !== 'object') return part
  return 'serialize' in part ? part.name : JSON.stringify(part)
}
