import type { Client } from '../client/client.ts'
import { topicPartitionName } from '../core/topic-partition.ts'
import type { StreamThreadHandle } from '../thread/stream-thread-handle.ts'

/** A partition of a store on this instance (Java's LagInfo). Offsets are those of its changelog. */
export interface StorePartitionLag {
  readonly store: string
  readonly partition: number
  /** Otherwise it is a standby. */
  readonly active: boolean
  /** Of the first record that the store does not hold. */
  readonly position: number
  readonly end: number
  /** Records between both; 0 of a task that runs, which has all that it has logged itself. */
  readonly lag: number
}

/** Of all threads. @throws StreamsError `broker-unreachable` */
export async function storeLags(
  client: Client,
  threads: readonly StreamThreadHandle[],
): Promise<readonly StorePartitionLag[]> {
  const positions = (await Promise.all(threads.map((thread) => thread.positions()))).flat()
  if (positions.length === 0) return []
  const partitions = positions.map(({ topic, partition }) => ({ topic, partition }))
  const ends = await client.listOffsets(partitions, 'latest', 'read_committed')
  const endOf = new Map(
    ends.map(({ topic, partition, offset }) => [topicPartitionName(topic, partition), offset]),
  )
  return positions.map(({ store, topic, partition, active, restored, position }) => {
    const end = endOf.get(topicPartitionName(topic, partition)) ?? position
    const held = restored ? end : Math.min(position, end)
    return { store, partition, active, position: held, end, lag: end - held }
  })
}
