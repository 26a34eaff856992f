import type { Client, Isolation } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { RawRecord } from '../core/record.ts'
import type { Clock } from '../core/time/clock.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import { decodeBatches } from '../protocol/record-batch/decode.ts'

export interface TopicEnds extends TopicPartition {
  /** First offset that is there, and the one behind the last. */
  readonly start: number
  readonly end: number
}

/** All partitions of a topic. @throws StreamsError `topic-missing` */
export async function partitionsOfTopic(client: Client, topic: string): Promise<readonly TopicPartition[]> {
  const described = (await client.topics([topic])).get(topic)
  if (!described) throw new StreamsError('topic-missing', `no such topic: ${topic}`)
  return Array.from({ length: described.partitions }, (_, partition) => ({ topic, partition }))
}

export async function endsOf(
  client: Client,
  partitions: readonly TopicPartition[],
  isolation: Isolation = 'read_committed',
): Promise<readonly TopicEnds[]> {
  const [starts, ends] = await Promise.all([
    client.listOffsets(partitions, 'earliest', 'read_uncommitted'),
    client.listOffsets(partitions, 'latest', isolation),
  ])
  const first = byName(starts)
  return ends.map(({ topic, partition, offset }) => ({
    topic,
    partition,
    start: first.get(topicPartitionName(topic, partition))!.offset,
    end: offset,
  }))
}

export function byName<T extends TopicPartition>(all: readonly T[]): ReadonlyMap<string, T> {
  return new Map(all.map((one) => [topicPartitionName(one.topic, one.partition), one]))
}

export interface ReadOptions {
  /** Where to begin in a partition and where to end: its last stable offset as it is now. */
  readonly ranges: readonly TopicEnds[]
  readonly clock: Clock
  /** Told how far the positions have moved. */
  progress?(offsets: number): void
}

/** How long a read may bring nothing before it is given up, ms. */
const idleLimitMs = 30_000

/**
 * What is committed of some partitions, each in order, in stretches. Ends at their ends, or when the caller stops.
 * @throws StreamsError `broker-unreachable` if nothing comes any more.
 */
export async function* readRecords(
  client: Client,
  { ranges, clock, progress }: ReadOptions,
): AsyncGenerator<readonly RawRecord[], void, void> {
  const behind = byName(ranges.filter(({ start, end }) => start < end)) as Map<string, TopicEnds>
  const fetcher = client.fetcher({
    isolation: 'read_committed',
    partitionBytes: 2 ** 20,
    bufferBytes: 16 * 2 ** 20,
    offsetReset: 'none',
  })
  try {
    for (const { topic, partition, start } of behind.values()) fetcher.add({ topic, partition }, start)
    let heard = clock.monotonic()
    while (behind.size > 0) {
      const stretches = await fetcher.poll(500)
      if (stretches.length > 0) heard = clock.monotonic()
      else if (clock.monotonic() - heard > idleLimitMs)
        throw new StreamsError(
          'broker-unreachable',
          `${[...behind.keys()].join(', ')}: nothing came for ${idleLimitMs / 1000} s`,
        )
      for (const stretch of stretches) {
        const { topic, partition, offset, nextOffset, runs } = stretch
        const name = topicPartitionName(topic, partition)
        const range = behind.get(name)
        const records = runs
          .flatMap((run) => decodeBatches(run, { fromOffset: offset }))
          .filter((record) => range !== undefined && record.offset < range.end)
          .map((record) => ({ topic, partition, ...record }))
        progress?.(nextOffset - offset)
        if (range && nextOffset >= range.end) {
          behind.delete(name)
          fetcher.remove({ topic, partition })
        }
        yield records
        stretch.release()
      }
    }
  } finally {
    await fetcher.close()
  }
}

/** How many offsets lie in the ranges. */
export function offsetsIn(ranges: readonly TopicEnds[]): number {
  return ranges.reduce((sum, { start, end }) => sum + Math.max(0, end - start), 0)
}
