import { StreamsError } from '../core/errors.ts'
import type { GraphNode } from './graph.ts'
import { mergeRepartitions } from './merge-repartitions.ts'
import { relaxNullKeys } from './null-keys.ts'
import { reuseSourceTopics } from './reuse-source-topics.ts'
import { rewriteSelfJoins } from './self-joins.ts'

/** By Java's names. The topology's names and topics depend on it, so it is not changed for an application with state. */
export type Optimization =
  | 'reuse.ktable.source.topics'
  | 'merge.repartition.topics'
  | 'single.store.self.join'

const optimizations: readonly Optimization[] = [
  'reuse.ktable.source.topics',
  'merge.repartition.topics',
  'single.store.self.join',
]

/**
 * The graph with what was asked for done to it (InternalStreamsBuilder.optimizeTopology).
 * @throws StreamsError `options-invalid`
 */
export function optimize(
  graph: readonly GraphNode[],
  wanted: 'all' | readonly Optimization[],
): readonly GraphNode[] {
  const chosen = checked(wanted)
  let result = graph
  if (chosen.includes('reuse.ktable.source.topics')) result = reuseSourceTopics(result)
  if (chosen.includes('merge.repartition.topics')) result = mergeRepartitions(result)
  // Java does this last, with joins marked; before self-joins are rewritten the joins speak for themselves.
  result = relaxNullKeys(result)
  if (chosen.includes('single.store.self.join')) result = rewriteSelfJoins(result)
  return result
}

function checked(wanted: 'all' | readonly Optimization[]): readonly Optimization[] {
  if (wanted === 'all') return optimizations
  const unknown = Array.isArray(wanted)
    ? wanted.find((name) => !optimizations.includes(name))
    : (wanted as unknown)
  if (unknown === undefined) return wanted
  throw new StreamsError(
    'options-invalid',
    `optimize: ${JSON.stringify(unknown)} is not an optimization; give 'all', or a list of ${optimizations.join(', ')}`,
  )
}
