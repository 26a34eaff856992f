import { StreamsError } from '../core/errors.ts'
import { internalTopics } from '../plan/internal-topics.ts'
import { type SourceNode, topicName } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { topicMatches } from '../plan/topic-pattern.ts'
import type { TopicPartitions } from './driver-options.ts'

/** The plan with other stores: what a test driver runs may log otherwise than the topology says. */
export function withStores(plan: Plan, change: (store: StoreSpec) => StoreSpec): Plan {
  const changed = new Map(plan.stores.map((store) => [store.name, change(store)]))
  const stores = (list: readonly StoreSpec[]): readonly StoreSpec[] =>
    list.map(({ name }) => changed.get(name)!)
  return {
    ...plan,
    stores: stores(plan.stores),
    subtopologies: plan.subtopologies.map((part): Subtopology => ({ ...part, stores: stores(part.stores) })),
  }
}

/** The source that reads a topic, given by its real name. */
export function readerOf(plan: Plan, applicationId: string, topic: string): SourceNode | undefined {
  const sources = plan.subtopologies.flatMap((subtopology) => subtopology.sources)
  const byName = sources.find(({ topics, internal }) =>
    topics.some((name) => topicName(applicationId, name, internal) === topic),
  )
  return byName ?? sources.find(({ pattern }) => pattern && topicMatches(pattern, topic))
}

/** Internal topics follow those that the user made, as in an application. */
export function partitionsOfTopics(
  plan: Plan,
  applicationId: string,
  partitions: TopicPartitions,
): (topic: string) => number {
  if (mostPartitions(partitions) === 1) return () => 1
  const given = (topic: string): number =>
    typeof partitions === 'number' ? partitions : (partitions[topic] ?? 1)
  const internal = internalTopics(plan, applicationId, given)
  const byName = new Map(internal.map((topic) => [topic.name, topic.partitions]))
  return (topic) => byName.get(topic) ?? given(topic)
}

export function mostPartitions(partitions: TopicPartitions): number {
  return typeof partitions === 'number' ? partitions : Math.max(1, ...Object.values(partitions))
}

/** Nobody would read the record. */
export function checkPartition(topic: string, partition: number, partitions: number): void {
  if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return
  throw new StreamsError(
    'options-invalid',
    `topic '${topic}' has ${partitions} partitions, and no ${partition}; see partitions of TopologyTestDriver`,
  )
}
