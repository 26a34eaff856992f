import { isTimeFirst, type SessionStoreSpec, type WindowStoreSpec } from '../plan/store-spec.ts'
import { RowLog } from '../store/changelog.ts'
import { mapIterator } from '../store/iterators.ts'
import { untimestampedSpaces } from '../store/row-spaces.ts'
import { sessionKeys, windowKeys, windowStoreKey } from '../store/segment-keys.ts'
import { SegmentedBytesStore } from '../store/segmented-store.ts'
import { TypedSessionStore } from '../store/typed-session-store.ts'
import { plainRows, timestampedRows } from '../store/typed-store.ts'
import { TypedWindowStore } from '../store/typed-window-store.ts'
import type { BuiltStore } from './built-store.ts'
import { peek, segmentSource } from './segment-source.ts'
import { cacheOver, changelogOf, type StateStoreParts, spacesOf, stateOf } from './state-store-parts.ts'
import { storedRow, storeEntry } from './store-rows.ts'
import { segmentedScan } from './store-scans.ts'

export function buildWindowStore(spec: WindowStoreSpec, parts: StateStoreParts): BuiltStore {
  const { name, keySerde, valueSerde, timestamped, windowSizeMs, retainDuplicates, advanceMs } = spec
  const { segmentMs, engine } = spec
  const timeOrdered = spec.timeOrdered === true && !spec.plainRows
  const retentionMs = spec.retentionMs + (timeOrdered && engine === 'lmdb' ? 1 : 0)
  const rows = timestamped ? timestampedRows(valueSerde) : plainRows(valueSerde)
  const { format } = rows
  const withHeaders = spec.logsHeaders ?? false
  const log = new RowLog({ changelog: changelogOf(spec, parts), format, record: parts.record, withHeaders })
  const spaces = spacesOf(spec, parts)
  const timeFirst = isTimeFirst(spec)
  const segments = new SegmentedBytesStore(
    {
      name,
      segmentMs,
      retentionMs,
      keys: windowKeys,
      timeFirst,
      // As Java's InMemoryWindowStore.
      timeOrdered: timeOrdered || engine === 'memory',
      ...(timeFirst && advanceMs !== undefined && { stepMs: advanceMs }),
      retainDuplicates,
      format,
      log,
      ...expiredOf(parts),
    },
    spec.plainRows ? untimestampedSpaces(spaces) : spaces,
  )
  // Java does not cache duplicates.
  const cached = retainDuplicates ? undefined : cacheOver(segments, spec, parts, { keepsReads: false })
  const bytes = cached ?? segments
  const typed = new TypedWindowStore({
    name,
    windowSizeMs,
    retainDuplicates,
    keySerde,
    rows,
    segments,
    bytes,
    cached,
  })
  return {
    spec,
    typed,
    state: stateOf(spec, segments.checkpointed),
    restore: (record) => segments.restore(record),
    flushCache: () => cached?.flush(),
    flush: () => log.flush(),
    entries: () => mapIterator(typed.all(), (entry) => storeEntry(entry, timestamped)),
    get: (key, start) =>
      storedRow(peek(segments, cached, segments.orderKey(windowStoreKey(key, start, 0))), format),
    scan: segmentedScan(spec, (question) => segmentSource(segments, cached, question), format),
  }
}

export function buildSessionStore(spec: SessionStoreSpec, parts: StateStoreParts): BuiltStore {
  const { name, keySerde, valueSerde, retentionMs, segmentMs } = spec
  const rows = plainRows(valueSerde)
  const { format } = rows
  const log = new RowLog({ changelog: changelogOf(spec, parts), format, record: parts.record })
  const segments = new SegmentedBytesStore(
    {
      name,
      segmentMs,
      retentionMs,
      keys: sessionKeys,
      timeFirst: false,
      takesExpired: spec.takesExpired === true,
      // As Java's InMemorySessionStore and RocksDBSessionStore.
      timeOrdered: spec.engine === 'memory',
      retainDuplicates: false,
      format,
      log,
      ...expiredOf(parts),
    },
    spacesOf(spec, parts),
  )
  const cached = cacheOver(segments, spec, parts, { keepsReads: false })
  const typed = new TypedSessionStore({ name, keySerde, rows, segments, bytes: cached ?? segments, cached })
  return {
    spec,
    typed,
    state: stateOf(spec, segments.checkpointed),
    restore: (record) => segments.restore(record),
    flushCache: () => cached?.flush(),
    flush: () => log.flush(),
    entries: () => typed.fetchKeys({}),
    get: () => undefined,
    scan: segmentedScan(spec, (question) => segmentSource(segments, cached, question), format),
  }
}

function expiredOf({ expired }: StateStoreParts): { expired?(): void } {
  return expired ? { expired } : {}
}
