import { StreamsError } from '../../core/errors.ts'
import { type TopicPartition, topicPartitionName } from '../../core/topic-partition.ts'
import { kafkaError, protocolError } from '../../protocol/error-codes.ts'
import { isRetriableError } from '../../protocol/kafka-error.ts'
import type { Cluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import { isNetworkError } from './unreachable.ts'

/** What a leader said of one partition. */
export interface LeaderAnswer extends TopicPartition {
  readonly errorCode: number
}

/**
 * Sends each partition's request to its leader; partitions that fail in a retriable way are asked for again, perhaps
 * elsewhere. @returns one answer without error for each partition, in no particular order
 */
export async function sendToLeaders<T extends TopicPartition, A extends LeaderAnswer>(
  cluster: Cluster,
  partitions: readonly T[],
  send: (connection: Connection, group: readonly T[]) => Promise<readonly A[]>,
): Promise<readonly A[]> {
  const answers: A[] = []
  let left = partitions
  if (left.length === 0) return answers
  await cluster.retry.run(async () => {
    try {
      const groups = await cluster.byLeader(left)
      const asked = [...groups].map(async ([leader, group]) => {
        const connection = await cluster.admin.to(cluster.broker(leader)!)
        return send(connection, group)
      })
      const results = await Promise.allSettled(asked)
      const settled = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
      const good = settled.filter(({ errorCode }) => errorCode === kafkaError.NONE)
      answers.push(...good)
      const done = new Set(good.map(({ topic, partition }) => topicPartitionName(topic, partition)))
      left = left.filter(({ topic, partition }) => !done.has(topicPartitionName(topic, partition)))
      for (const result of results) if (result.status === 'rejected') throw result.reason
      for (const { topic, partition, errorCode } of settled)
        if (errorCode !== kafkaError.NONE)
          throw protocolError(errorCode, topicPartitionName(topic, partition), { topic, partition })
      if (left.length > 0)
        throw new StreamsError('protocol-malformed', `no answer for ${left[0]!.topic}-${left[0]!.partition}`)
    } catch (error) {
      if (isNetworkError(error) || isRetriableError(error)) cluster.forgetLeaders(left)
      throw error
    }
  })
  return answers
}
