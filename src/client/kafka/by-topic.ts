import type { TopicPartition } from '../../core/topic-partition.ts'

/** The shape of most requests: topics, and in each its partitions. */
export function byTopic<T extends TopicPartition, P>(
  all: readonly T[],
  partition: (one: T) => P,
): { readonly name: string; readonly partitions: readonly P[] }[] {
  const topics = new Map<string, P[]>()
  for (const one of all) {
    const partitions = topics.get(one.topic)
    if (partitions) partitions.push(partition(one))
    else topics.set(one.topic, [partition(one)])
  }
  return [...topics].map(([name, partitions]) => ({ name, partitions }))
}
