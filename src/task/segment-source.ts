import type { BytesStore } from '../store/bytes-store.ts'
import type { CachedStore } from '../store/cached-store.ts'
import { prefixOf, storeKeyOf, timeFirstKey, timeOf } from '../store/segment-keys.ts'
import type { Change, SegmentSource } from '../store/segment-scan.ts'
import type { SegmentedBytesStore, SegmentScan } from '../store/segmented-store.ts'
import type { ScanQuestion } from './store-question.ts'

/** The rows of a window or session store, and what its cache holds over them as of this call. */
export function segmentSource(
  store: SegmentedBytesStore,
  cached: CachedStore<SegmentScan> | undefined,
  question: Extract<ScanQuestion, { kind: 'windows' }>,
): SegmentSource {
  const { keys, timeFirst, stepMs, segmentMs } = store.layout
  const changes = new Map<number, Change[]>()
  let latest = store.time
  const { from, to, fromTime, toTime } = question
  const scan = { ...(from && { from }), ...(to && { to }), fromTime: Math.max(fromTime, 0), toTime }
  for (const [order, row] of cached ? iterable(cached.changes(scan)) : []) {
    const storeKey = storeKeyOf(order)
    const time = timeOf(storeKey, keys)
    latest = Math.max(latest, time)
    const segment = Math.floor(time / segmentMs)
    const rowKey = timeFirst ? timeFirstKey(storeKey) : storeKey
    const others = changes.get(segment)
    if (others) others.push([rowKey, row])
    else changes.set(segment, [[rowKey, row]])
  }
  for (const ofSegment of changes.values()) ofSegment.sort(([a], [b]) => Buffer.compare(a, b))
  return {
    keys,
    segmentMs,
    timeFirst,
    stepMs,
    firstLive: store.checkpointed.firstLive,
    time: latest,
    segments: () => [...new Set([...store.checkpointed.segmentIds(0, latest), ...changes.keys()])],
    range: (segment, options) => store.checkpointed.range(segment, options),
    changes: (segment) => changes.get(segment) ?? [],
    get(segment, rowKey) {
      const change = changes.get(segment)?.find(([key]) => Buffer.compare(key, rowKey) === 0)
      return change ? (change[1] ?? undefined) : store.checkpointed.get(prefixOf(rowKey), rowKey)
    },
  }
}

function iterable<T>(iterator: Iterator<T>): Iterable<T> {
  return { [Symbol.iterator]: () => iterator }
}

/** A row as queries see it: with the cache, and without a trace in it. */
export function peek<Query extends { readonly reverse?: boolean }>(
  store: BytesStore<Query>,
  cached: CachedStore<Query> | undefined,
  key: Uint8Array,
): Uint8Array | undefined {
  return cached ? cached.peek(key) : store.get(key)
}
