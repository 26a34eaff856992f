import { StreamsError } from '../core/errors.ts'
import { copartitionGroups } from './copartition.ts'
import type { SourceNode } from './node.ts'
import type { Plan } from './plan.ts'
import type { Subtopology } from './subtopology.ts'
import { patternSources } from './topic-pattern.ts'

export interface PartitionCounts {
  /** Of repartition topics, by name without the application id; empty while nothing decides them. */
  readonly topics: ReadonlyMap<string, number>
  /** Tasks of each subtopology, by its id: the most partitions of a topic it reads; 0 without one. */
  readonly subtopologies: ReadonlyMap<number, number>
}

type PartitionsOf = (topic: string) => number | undefined

/**
 * How many partitions repartition topics get: as many as the user said, or as the largest topic of the subtopologies
 * that write to them, or as topics whose records they must meet (Java's RepartitionTopics and
 * CopartitionedTopicsEnforcer). Of a plan whose patterns do not match any topic yet, what depends on them has no tasks:
 * all of it, if that leaves the partitions of a repartition topic open. (Java gives up then.)
 * @param plan with the topics that its patterns match.
 * @throws StreamsError `topic-missing` naming the topics; `topology-invalid` if topics that must have equally many
 * partitions have not.
 */
export function partitionCounts(plan: Plan, partitionsOf: PartitionsOf): PartitionCounts {
  checkSourceTopics(plan, partitionsOf)
  const topics = repartitionCounts(plan, partitionsOf)
  if (!topics)
    return { topics: new Map(), subtopologies: new Map(plan.subtopologies.map(({ id }) => [id, 0])) }
  for (const group of copartitionGroups(plan)) enforce(group, topics, partitionsOf)
  const subtopologies = new Map(
    plan.subtopologies.map((subtopology) => [
      subtopology.id,
      largest(subtopology, topics, partitionsOf) ?? 0,
    ]),
  )
  return { topics, subtopologies }
}

/** @returns undefined where a pattern is yet to match the topic that decides. */
function repartitionCounts(plan: Plan, partitionsOf: PartitionsOf): Map<string, number> | undefined {
  const counts = new Map<string, number>()
  const open = new Set<string>()
  for (const { topics, internal, partitions } of plan.subtopologies.flatMap(({ sources }) => sources)) {
    if (!internal) continue
    for (const topic of topics) {
      if (partitions === undefined) open.add(topic)
      else counts.set(topic, partitions)
    }
  }
  for (let before = -1; open.size > 0 && open.size !== before; ) {
    before = open.size
    for (const topic of open) {
      const candidates = writersOf(plan, topic).map((writer) => largest(writer, counts, partitionsOf))
      const known = candidates.filter((count) => count !== undefined)
      if (known.length === 0) continue
      counts.set(topic, Math.max(...known))
      open.delete(topic)
    }
  }
  if (open.size === 0) return counts
  if (patternSources(plan).some(({ topics }) => topics.length === 0)) return undefined
  throw new StreamsError(
    'topology-invalid',
    `the partitions of ${[...open].join(', ')} cannot be derived: nothing else than the topics themselves feeds them`,
  )
}

function writersOf({ subtopologies }: Plan, topic: string): readonly Subtopology[] {
  return subtopologies.filter(({ nodes }) =>
    nodes.some((node) => node.kind === 'sink' && node.internal && node.topic === topic),
  )
}

/** @returns undefined while no topic it reads is known. */
function largest(
  { sources }: Subtopology,
  repartitions: ReadonlyMap<string, number>,
  partitionsOf: PartitionsOf,
): number | undefined {
  const counts = sources
    .flatMap(({ topics, internal }) =>
      topics.map((topic) => (internal ? repartitions.get(topic) : partitionsOf(topic))),
    )
    .filter((count) => count !== undefined)
  return counts.length === 0 ? undefined : Math.max(...counts)
}

/** Gives the repartition topics of a group the number that all its topics must have. */
function enforce(
  group: readonly SourceNode[],
  repartitions: Map<string, number>,
  partitionsOf: PartitionsOf,
): void {
  const external = group.filter(({ internal }) => !internal).flatMap(({ topics }) => topics)
  const fixed = group.filter(({ internal, partitions }) => internal && partitions !== undefined)
  const free = group
    .filter(({ internal, partitions }) => internal && partitions === undefined)
    .flatMap(({ topics }) => topics)
  const wanted = new Map([
    ...external.map((topic) => [topic, partitionsOf(topic)!] as const),
    ...fixed.flatMap(({ topics, partitions }) => topics.map((topic) => [topic, partitions!] as const)),
  ])
  const counts = new Set(wanted.values())
  if (counts.size > 1) {
    const list = [...wanted].map(([topic, count]) => `${topic}=${count}`).sort()
    throw new StreamsError('topology-invalid', `Topics not co-partitioned: [{${list.join(', ')}}]`)
  }
  const [count = Math.max(...free.map((topic) => repartitions.get(topic)!))] = counts
  for (const topic of free) repartitions.set(topic, count)
}

function checkSourceTopics(plan: Plan, partitionsOf: PartitionsOf): void {
  const globals = plan.globalStores.map(({ source }) => source)
  const missing = [...plan.subtopologies.flatMap(({ sources }) => sources), ...globals]
    .filter(({ internal }) => !internal)
    .flatMap(({ topics }) => topics)
    .filter((topic) => partitionsOf(topic) === undefined)
  if (missing.length === 0) return
  throw new StreamsError('topic-missing', `no such topic: ${missing.join(', ')}`)
}
