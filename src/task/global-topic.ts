import type { Client } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { GlobalStore } from '../plan/plan.ts'
import { storeFingerprint } from '../plan/store-spec.ts'
import { type ExpectedStore, partitionOfStore } from '../store/checkpoint.ts'

/** A global store's topic as it is now. */
export interface GlobalTopic {
  readonly name: string
  readonly id: string
  /** By number: where it begins and ends. */
  readonly partitions: readonly { readonly earliest: number; readonly latest: number }[]
}

/** @throws StreamsError `topic-missing` */
export async function describeGlobalTopic(
  { source, store }: GlobalStore,
  client: Client,
): Promise<GlobalTopic> {
  const [name] = source.topics
  const found = name === undefined ? undefined : (await client.topics([name])).get(name)
  if (name === undefined || !found)
    throw new StreamsError('topic-missing', `no such topic: ${name}, of global store '${store.name}'`)
  const all = Array.from({ length: found.partitions }, (_, partition) => ({ topic: name, partition }))
  const earliest = await client.listOffsets(all, 'earliest', 'read_uncommitted')
  // What is pending now is waited for: an end taken from the last stable offset could miss a transaction.
  const latest = await client.listOffsets(all, 'latest', 'read_uncommitted')
  const offsets = all.map(({ partition }) => ({
    earliest: offsetOf(earliest, partition),
    latest: offsetOf(latest, partition),
  }))
  return { name, id: found.id, partitions: offsets }
}

/** What a checkpoint that can be used says of the store. */
export function expectedOf({ store }: GlobalStore, topic: GlobalTopic): readonly ExpectedStore[] {
  return topic.partitions.map(({ earliest, latest }, partition) => ({
    name: partitionOfStore(store.name, partition),
    fingerprint: storeFingerprint(store),
    changelogTopic: topic.name,
    changelogTopicId: topic.id,
    changelogPartition: partition,
    changelogStart: earliest,
    changelogEnd: latest,
  }))
}

function offsetOf(
  offsets: readonly { readonly partition: number; readonly offset: number }[],
  partition: number,
): number {
  return offsets.find((one) => one.partition === partition)?.offset ?? 0
}
