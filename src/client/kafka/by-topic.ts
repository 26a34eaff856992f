import type { TopicPartition } from '../../core/topic-partition.ts'
import { append } from './append.ts'

/** The shape of most requests: topics, and in each its partitions. */
export function byTopic<T extends TopicPartition, P>(
  all: readonly T[],
  partition: (one: T) => P,
): { readonly name: string; readonly partitions: readonly P[] }[] {
  const topics = new Map<string, P[]>()
  for (const one of all) append(topics, one.topic, partition(one))
  return [...topics].map(([name, partitions]) => ({ name, partitions }))
}
