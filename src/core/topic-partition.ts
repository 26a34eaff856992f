export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** `<topic>-<partition>`, as Kafka prints it; the key of maps by partition. */
export function topicPartitionName(topic: string, partition: number): string {
  return `${topic}-${partition}`
}
