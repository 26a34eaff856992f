import { StreamsError } from '../../core/errors.ts'
import { type OffsetReset, resetTarget } from '../../core/offset-reset.ts'
import { type TopicPartition, topicPartitionName } from '../../core/topic-partition.ts'
import type { Isolation, PartitionOffset } from '../client.ts'
import type { Cluster } from './cluster.ts'
import { offsetsAt } from './offsets.ts'

/**
 * Where to go on when the log does not have a position.
 * @throws StreamsError `offset-out-of-range` if the policy is that nobody knows
 */
export async function resetOffset(
  cluster: Cluster,
  { topic, partition, offset }: PartitionOffset,
  offsetReset: OffsetReset,
  isolation: Isolation,
): Promise<number> {
  const name = topicPartitionName(topic, partition)
  if (offsetReset === 'none')
    throw new StreamsError('offset-out-of-range', `offset ${offset} of ${name} is not in the log`, {
      details: { topic, partition, offset },
    })
  const to = await offsetFor(cluster, { topic, partition }, offsetReset, isolation)
  const facts = { topic, partition, from: offset, to, offsetReset: JSON.stringify(offsetReset) }
  cluster.context.logger.warn(facts, `${name}: the position is not in the log, it is reset`)
  return to
}

async function offsetFor(
  cluster: Cluster,
  partition: TopicPartition,
  offsetReset: Exclude<OffsetReset, 'none'>,
  isolation: Isolation,
): Promise<number> {
  const target = resetTarget(offsetReset, cluster.context.clock.now())
  const [found] = await offsetsAt(cluster, [partition], target, isolation)
  if (found!.offset >= 0) return found!.offset
  const [end] = await offsetsAt(cluster, [partition], 'latest', isolation)
  return end!.offset
}
