import {
  changelogConfig,
  type InternalTopicSettings,
  repartitionConfig,
  usualTopicSettings,
} from './internal-topic-configs.ts'
import { topicName } from './node.ts'
import type { Plan } from './plan.ts'
import type { StoreSpec } from './store-spec.ts'
import { partitionCounts } from './topic-partitions.ts'

/** A topic that the application creates for itself. */
export interface InternalTopic {
  readonly kind: 'changelog' | 'repartition'
  readonly name: string
  readonly partitions: number
  readonly config: Readonly<Record<string, string>>
  /** The subtopology that reads it. */
  readonly subtopology: number
  /** Of a changelog. */
  readonly store?: string
}

export function changelogTopic(applicationId: string, store: string): string {
  return `${applicationId}-${store}-changelog`
}

/** The topic that a store is restored from: its changelog, or a source topic in its place. */
export function storeTopic(applicationId: string, { name, sourceTopic }: StoreSpec): string {
  return sourceTopic ?? changelogTopic(applicationId, name)
}

/**
 * The topics a plan needs beside those the user made, with Java's names and configs; of its subtopologies that have
 * tasks.
 * @param partitionsOf partitions of the topics that sources read; undefined if a topic does not exist.
 * @throws StreamsError `topic-missing` naming the topics; `topology-invalid` if topics that must have equally many
 * partitions have not.
 */
export function internalTopics(
  plan: Plan,
  applicationId: string,
  partitionsOf: (topic: string) => number | undefined,
  settings: InternalTopicSettings = usualTopicSettings,
): readonly InternalTopic[] {
  const counts = partitionCounts(plan, partitionsOf)
  const running = plan.subtopologies.filter(({ id }) => counts.subtopologies.get(id)! > 0)
  return running.flatMap(({ id, sources, stores }) => {
    const repartition = sources
      .filter(({ internal }) => internal)
      .flatMap(({ topics }) => topics)
      .map(
        (topic): InternalTopic => ({
          kind: 'repartition',
          name: topicName(applicationId, topic, true),
          subtopology: id,
          partitions: counts.topics.get(topic)!,
          config: repartitionConfig(settings),
        }),
      )
    const changelogs = stores
      .filter(({ changelog }) => changelog !== 'off')
      .map(
        (store): InternalTopic => ({
          kind: 'changelog',
          name: changelogTopic(applicationId, store.name),
          subtopology: id,
          partitions: counts.subtopologies.get(id)!,
          config: changelogConfig(store, settings),
          store: store.name,
        }),
      )
    return [...repartition, ...changelogs]
  })
}

/** Tasks of each subtopology, by its id: the most partitions of a topic it reads. Errors as of `internalTopics`. */
export function subtopologyPartitions(
  plan: Plan,
  partitionsOf: (topic: string) => number | undefined,
): ReadonlyMap<number, number> {
  return partitionCounts(plan, partitionsOf).subtopologies
}
