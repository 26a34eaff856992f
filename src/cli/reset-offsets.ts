import type { Client, CommittedOffset } from '../client/client.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { UsageError } from './command.ts'
import { byName, endsOf, type TopicEnds } from './read-topic.ts'
import type { ResetTarget } from './reset-target.ts'

/** One partition's offset, as it is and as it is to be. */
export interface OffsetChange extends TopicPartition {
  /** undefined: nothing was committed. */
  readonly from: number | undefined
  readonly to: number
}

/** @throws UsageError if a file of offsets names other partitions. */
export async function offsetChanges(
  client: Client,
  partitions: readonly TopicPartition[],
  committed: readonly CommittedOffset[],
  target: ResetTarget,
): Promise<readonly OffsetChange[]> {
  const [ranges, times] = await Promise.all([
    endsOf(client, partitions, 'read_uncommitted'),
    target.kind === 'time'
      ? client.listOffsets(partitions, target.timestamp, 'read_uncommitted')
      : Promise.resolve([]),
  ])
  if (target.kind === 'offsets') checkPartitions(target.offsets, partitions)
  const known = byName(committed)
  const found = byName(times)
  return ranges.flatMap((range) => {
    const name = topicPartitionName(range.topic, range.partition)
    const from = known.get(name)?.offset
    const to = newOffset(target, range, from, found.get(name)?.offset)
    const { topic, partition } = range
    return to === undefined
      ? []
      : [{ topic, partition, from, to: Math.min(Math.max(to, range.start), range.end) }]
  })
}

/** Java moves what is outside the log to its nearest end. @returns undefined: it is left as it is. */
function newOffset(
  target: ResetTarget,
  { topic, partition, start, end }: TopicEnds,
  committed: number | undefined,
  found: number | undefined,
): number | undefined {
  switch (target.kind) {
    case 'earliest':
      return start
    case 'latest':
      return end
    case 'offset':
      return target.offset
    case 'shift':
      return (committed ?? start) + target.by
    case 'time':
      return found === undefined || found < 0 ? end : found
    case 'offsets':
      return target.offsets.get(topicPartitionName(topic, partition))
  }
}

function checkPartitions(offsets: ReadonlyMap<string, number>, partitions: readonly TopicPartition[]): void {
  const known = byName(partitions)
  const strange = [...offsets.keys()].filter((name) => !known.has(name))
  if (strange.length > 0)
    throw new UsageError(`--from-file names ${strange.join(', ')}, which the input topics do not have`)
}
