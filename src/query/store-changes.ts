import type { Client, Fetched, PartitionOffset } from '../client/client.ts'
import { compareBytes, getInt64 } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import { storeTopic } from '../plan/internal-topics.ts'
import type { Plan } from '../plan/plan.ts'
import { isRestored, type StoreSpec } from '../plan/store-spec.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import { type DecodedRecord, decodeBatches } from '../protocol/record-batch/decode.ts'
import { endOfTime, isWindowed, type Window, type Windowed } from '../serde/windowed.ts'

export interface ChangesFrom {
  /** Undefined: of all keys. */
  readonly key: unknown
  /** Where to begin, by partition; those left out begin at their present end. */
  readonly positions: ReadonlyMap<number, number>
  readonly signal: AbortSignal
}

/** Ends when its signal is aborted. Nothing is read ahead of a reader that is slow, but what the client has fetched. */
export interface ChangeFeed extends AsyncIterable<StoreChange> {
  /** Where it begins. */
  readonly positions: ReadonlyMap<number, number>
}

export interface StoreChange {
  readonly key: unknown
  readonly window?: Window
  /** Null: deleted. */
  readonly value: unknown
  /** Ms since the epoch. */
  readonly timestamp: number
  readonly partition: number
  /** Of the next record: what to begin at to see what comes after this one. */
  readonly nextOffset: number
}

export interface FollowedStore {
  readonly client: Client
  readonly plan: Plan
  readonly applicationId: string
  readonly store: StoreSpec
}

/** Of one feed; each has a fetcher of its own, so that a slow reader holds back none but itself. */
const partitionBytes = 256 * 2 ** 10
const bufferBytes = 2 ** 20
/** Between two looks at the signal, should it wake nobody. */
const pollMs = 500

/**
 * Follows a store by its changelog, as a read_committed consumer: changes of all instances are told once they are
 * committed, and the threads that process are not asked.
 * @throws StreamsError `store-unknown` if the store has no changelog, `store-not-ready` if its topic is not there yet.
 */
export async function followStore(followed: FollowedStore, from: ChangesFrom): Promise<ChangeFeed> {
  const { client, store } = followed
  const topic = topicOf(followed)
  const found = (await client.topics([topic])).get(topic)
  if (!found) throw new StreamsError('store-not-ready', `store '${store.name}' has no topic ${topic} yet`)
  const key = from.key === undefined ? undefined : store.keySerde.serialize(from.key)
  const partitions =
    key === undefined
      ? Array.from({ length: found.partitions }, (_, partition) => partition)
      : [partitionFor(partitionedBy(store, from.key), found.partitions)]
  const ends = await client.listOffsets(
    partitions.map((partition) => ({ topic, partition })),
    'latest',
    'read_committed',
  )
  const starts = ends.map((end) => ({ ...end, offset: from.positions.get(end.partition) ?? end.offset }))
  return {
    positions: new Map(starts.map(({ partition, offset }) => [partition, offset])),
    [Symbol.asyncIterator]: () => follow({ ...followed, key, starts, signal: from.signal }),
  }
}

/** What holds the store's changes, one record each. @throws StreamsError `store-unknown` if nothing does */
function topicOf({ plan, applicationId, store }: FollowedStore): string {
  const global = plan.globalStores.find((one) => one.store.name === store.name)
  const [source] = global?.source.topics ?? []
  if (source !== undefined && global?.processor.kind === 'table-source') return source
  if (!global && isRestored(store)) return storeTopic(applicationId, store)
  const why = global ? 'is filled by a processor' : 'has no changelog'
  throw new StreamsError('store-unknown', `store '${store.name}' ${why}: its changes cannot be followed`)
}

interface Following extends FollowedStore {
  readonly key: Uint8Array | undefined
  readonly starts: readonly PartitionOffset[]
  readonly signal: AbortSignal
}

async function* follow({ client, store, key, starts, signal }: Following): AsyncGenerator<StoreChange> {
  const isolation = 'read_committed'
  const fetcher = client.fetcher({ isolation, partitionBytes, bufferBytes, offsetReset: 'earliest' })
  const wake = (): void => fetcher.wake()
  signal.addEventListener('abort', wake)
  try {
    for (const start of starts) fetcher.add(start, start.offset)
    while (!signal.aborted)
      for (const stretch of await fetcher.poll(pollMs)) {
        yield* changesIn(stretch, store, key)
        stretch.release()
      }
  } finally {
    signal.removeEventListener('abort', wake)
    await fetcher.close()
  }
}

function* changesIn(
  { runs, offset, partition }: Fetched,
  store: StoreSpec,
  wanted: Uint8Array | undefined,
): Generator<StoreChange> {
  const suffix = suffixBytes(store)
  for (const run of runs)
    for (const record of decodeBatches(run, { fromOffset: offset })) {
      // Source topics may have records without a key, which no store takes.
      if (record.key === null || record.key.length < suffix) continue
      const key = record.key.subarray(0, record.key.length - suffix)
      if (wanted && compareBytes(key, wanted) !== 0) continue
      yield { ...changeOf(record, key, store), partition, nextOffset: record.offset + 1 }
    }
}

function changeOf(
  { key: storeKey, value, timestamp }: DecodedRecord,
  key: Uint8Array,
  store: StoreSpec,
): Omit<StoreChange, 'partition' | 'nextOffset'> {
  const window = windowOf(storeKey!.subarray(key.length), store)
  return {
    key: store.keySerde.deserialize(key),
    ...(window && { window }),
    value: value && store.valueSerde.deserialize(value),
    timestamp,
  }
}

/** Bytes behind the key: of a window its start and a sequence number, of a session its end and start. */
function suffixBytes({ kind }: StoreSpec): number {
  if (kind === 'window') return 12
  return kind === 'session' ? 16 : 0
}

function windowOf(suffix: Uint8Array, store: StoreSpec): Window | undefined {
  if (store.kind !== 'window' && store.kind !== 'session') return undefined
  const view = new DataView(suffix.buffer, suffix.byteOffset, suffix.length)
  const first = getInt64(view, 0)
  return store.kind === 'window'
    ? { start: first, end: Math.min(first + store.windowSizeMs, endOfTime) }
    : { start: getInt64(view, 8), end: first }
}

/** Windowed keys are partitioned by the key alone. */
function partitionedBy({ keySerde }: StoreSpec, key: unknown): Uint8Array {
  if (!isWindowed(keySerde)) return keySerde.serialize(key)
  return keySerde.inner.serialize((key as Windowed<unknown>).key)
}
