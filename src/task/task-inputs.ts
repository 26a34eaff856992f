import { StreamsError } from '../core/errors.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { type SourceNode, topicName } from '../plan/node.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { matchingTopics } from '../plan/topic-pattern.ts'

/** A partition that a task reads, and where its records go. */
export interface InputPartition extends TopicPartition {
  readonly source: SourceNode
}

/**
 * Finds the source of each partition assigned to a task; those of a pattern are known by the assignment only.
 * @returns them in the order of the sources and their topics. @throws StreamsError `topic-mismatch` if no source reads one.
 */
export function taskInputs(
  { id, sources }: Subtopology,
  applicationId: string,
  assigned: readonly TopicPartition[],
): readonly InputPartition[] {
  const inputs = sources.flatMap((source) =>
    topicsOf(source, applicationId, assigned).flatMap((topic) =>
      assigned.filter((input) => input.topic === topic).map((input) => ({ ...input, source })),
    ),
  )
  const foreign = assigned.find(({ topic }) => !inputs.some((input) => input.topic === topic))
  if (!foreign) return inputs
  throw new StreamsError(
    'topic-mismatch',
    `the group leader assigned ${topicPartitionName(foreign.topic, foreign.partition)} to subtopology ${id}, which does not read it: the members of the group must run one topology`,
  )
}

function topicsOf(
  { topics, pattern, internal }: SourceNode,
  applicationId: string,
  assigned: readonly TopicPartition[],
): readonly string[] {
  if (pattern) return matchingTopics(pattern, new Set(assigned.map(({ topic }) => topic)))
  return topics.map((topic) => topicName(applicationId, topic, internal))
}
