import { StreamsError } from '../core/errors.ts'
import { topicName } from './node.ts'
import type { Plan } from './plan.ts'
import type { StoreSpec } from './store-spec.ts'
import type { Subtopology } from './subtopology.ts'

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

/** Java's windowstore.changelog.additional.retention.ms: lets a changelog outlive clock drift and a long pause. */
const additionalRetentionMs = 24 * 3_600_000

export function changelogTopic(applicationId: string, store: string): string {
  return `${applicationId}-${store}-changelog`
}

/**
 * The topics a plan needs beside those the user made, with Java's names and configs.
 * @param partitionsOf partitions of the topics that sources read; undefined if a topic does not exist.
 * @throws StreamsError `topic-missing` naming the topics.
 */
export function internalTopics(
  plan: Plan,
  applicationId: string,
  partitionsOf: (topic: string) => number | undefined,
): readonly InternalTopic[] {
  const partitions = subtopologyPartitions(plan, partitionsOf)
  return plan.subtopologies.flatMap((subtopology) => {
    const common = { partitions: partitions[subtopology.id]!, subtopology: subtopology.id }
    const repartition = subtopology.sources
      .filter(({ internal }) => internal)
      .flatMap(({ topics }) => topics)
      .map(
        (topic): InternalTopic => ({
          ...common,
          kind: 'repartition',
          name: topicName(applicationId, topic, true),
          partitions: repartitionPartitions(plan, topic, partitions)!,
          config: repartitionConfig,
        }),
      )
    const changelogs = subtopology.stores
      .filter(({ changelog }) => changelog !== 'off')
      .map(
        (store): InternalTopic => ({
          ...common,
          kind: 'changelog',
          name: changelogTopic(applicationId, store.name),
          config: changelogConfig(store),
          store: store.name,
        }),
      )
    return [...repartition, ...changelogs]
  })
}

const repartitionConfig = {
  'message.timestamp.type': 'CreateTime',
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'segment.bytes': '52428800',
} as const

function changelogConfig(store: StoreSpec): Readonly<Record<string, string>> {
  const common = { 'message.timestamp.type': 'CreateTime' }
  if (store.kind === 'key-value') return { ...common, 'cleanup.policy': 'compact' }
  return {
    ...common,
    'cleanup.policy': 'compact,delete',
    'retention.ms': String(store.retentionMs + additionalRetentionMs),
  }
}

/**
 * Tasks of each subtopology: the most partitions of a topic it reads. A repartition topic gets as many as the
 * subtopologies that write to it have tasks.
 */
export function subtopologyPartitions(
  plan: Plan,
  partitionsOf: (topic: string) => number | undefined,
): readonly number[] {
  const known: (number | undefined)[] = plan.subtopologies.map(() => undefined)
  checkSourceTopics(plan, partitionsOf)
  const count = ({ sources }: Subtopology): number | undefined => {
    const counts = sources.flatMap(({ topics, internal }) =>
      topics.map((topic) => (internal ? repartitionPartitions(plan, topic, known) : partitionsOf(topic))),
    )
    return counts.includes(undefined) ? undefined : Math.max(...(counts as number[]))
  }
  // Each round settles at least the next subtopology downstream.
  for (let round = 0; round < plan.subtopologies.length; round++) {
    for (const subtopology of plan.subtopologies) known[subtopology.id] ??= count(subtopology)
  }
  if (known.includes(undefined)) {
    throw new StreamsError(
      'topology-invalid',
      'the partitions of a repartition topic cannot be derived: it feeds itself and nothing else feeds it',
    )
  }
  return known as number[]
}

function repartitionPartitions(
  plan: Plan,
  topic: string,
  partitions: readonly (number | undefined)[],
): number | undefined {
  const writers = plan.subtopologies.filter(({ nodes }) =>
    nodes.some((node) => node.kind === 'sink' && node.internal && node.topic === topic),
  )
  const counts = writers.map(({ id }) => partitions[id])
  return counts.length === 0 || counts.includes(undefined) ? undefined : Math.max(...(counts as number[]))
}

function checkSourceTopics(plan: Plan, partitionsOf: (topic: string) => number | undefined): void {
  const missing = plan.subtopologies
    .flatMap(({ sources }) => sources)
    .filter(({ internal }) => !internal)
    .flatMap(({ topics }) => topics)
    .filter((topic) => partitionsOf(topic) === undefined)
  if (missing.length === 0) return
  throw new StreamsError('topic-missing', `no such topic: ${missing.join(', ')}`)
}
