import { StreamsError } from '../core/errors.ts'
import type { PlanNode, SourceNode } from './node.ts'
import type { Plan } from './plan.ts'
import { storesOf } from './subtopology.ts'

/**
 * Sources whose topics must have equally many partitions, since records of one key must meet in one task: those
 * above nodes that share a store, as the sides of joins, and the streams of a cogroup, do. Processors of the user may
 * share stores as they like (AbstractStream.ensureCopartitionWith). Where a merged repartition topic and another one
 * feed one store, they are asked for it too, unlike in Java: what was repartitioned together before is so no more.
 */
export function copartitionGroups({ nodes }: Pick<Plan, 'nodes'>): readonly (readonly SourceNode[])[] {
  const sourcesOf = sourcesAbove(nodes)
  const users = new Map<string, PlanNode[]>()
  for (const node of nodes.filter(({ kind }) => !lookup.has(kind))) {
    for (const store of storesOf(node)) users.set(store, [...(users.get(store) ?? []), node])
  }
  const groups = [...users.values()]
    .map((sharing) => ({
      shared: sharing.length > 1,
      sources: new Set(sharing.flatMap(({ name }) => [...sourcesOf.get(name)!])),
    }))
    .filter(
      ({ shared, sources }) => sources.size > 1 && (shared || [...sources].some(({ merged }) => merged)),
    )
    .map(({ sources }) => sources)
  return joined(groups).map((group) => [...group])
}

/** Kinds whose stores the user chooses, and those that only look back at the table before them. */
const lookup: ReadonlySet<PlanNode['kind']> = new Set(['process', 'table-transform-values', 'suppress'])

function sourcesAbove(nodes: readonly PlanNode[]): ReadonlyMap<string, ReadonlySet<SourceNode>> {
  const sources = new Map<string, ReadonlySet<SourceNode>>()
  for (const node of nodes) {
    sources.set(
      node.name,
      new Set(node.kind === 'source' ? [node] : node.parents.flatMap((parent) => [...sources.get(parent)!])),
    )
  }
  return sources
}

/** Groups that overlap are one. */
function joined(groups: readonly ReadonlySet<SourceNode>[]): readonly ReadonlySet<SourceNode>[] {
  let result: ReadonlySet<SourceNode>[] = []
  for (const group of groups) {
    const overlapping = result.filter((other) => [...other].some((source) => group.has(source)))
    const whole = new Set([...overlapping.flatMap((other) => [...other]), ...group])
    result = [...result.filter((other) => !overlapping.includes(other)), whole]
  }
  return result
}

/**
 * What can be known before any topic is looked up: repartition topics for which the user gave partitions
 * (InternalTopologyBuilder.validateCopartition).
 * @throws StreamsError `topology-invalid`
 */
export function checkCopartitions(plan: Pick<Plan, 'nodes'>): void {
  for (const group of copartitionGroups(plan)) {
    const counts = group.flatMap(({ topics, partitions }) => topics.map((topic) => ({ topic, partitions })))
    if (counts.some(({ partitions }) => partitions === undefined)) continue
    if (new Set(counts.map(({ partitions }) => partitions)).size === 1) continue
    const list = counts.map(({ topic, partitions }) => `${topic}=${partitions}`).sort()
    throw new StreamsError(
      'topology-invalid',
      `Following topics do not have the same number of partitions: [{${list.join(', ')}}]`,
    )
  }
}
