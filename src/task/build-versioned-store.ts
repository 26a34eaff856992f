import type { VersionedStoreSpec } from '../plan/store-spec.ts'
import { timestampedFormat } from '../store/row-format.ts'
import { TypedVersionedStore } from '../store/typed-versioned-store.ts'
import { VersionedBytesStore } from '../store/versioned-store.ts'
import type { BuiltStore } from './built-store.ts'
import { changelogOf, type StateStoreParts, spacesOf, stateOf } from './state-store-parts.ts'
import { versionedScan } from './store-scans.ts'

/** Versioned stores are never cached, as in Java. */
export function buildVersionedStore(spec: VersionedStoreSpec, parts: StateStoreParts): BuiltStore {
  const { name, keySerde, valueSerde, historyRetentionMs, segmentMs } = spec
  const { expired } = parts
  const changelog = changelogOf(spec, parts)
  const bytes = new VersionedBytesStore(
    { name, historyRetentionMs, segmentMs, changelog, ...(expired && { expired }) },
    spacesOf(spec, parts),
  )
  const typed = new TypedVersionedStore({ name, keySerde, valueSerde, bytes })
  return {
    spec,
    typed,
    state: stateOf(spec, bytes),
    restore: (record) => bytes.restore(record),
    flushCache() {},
    flush: () => bytes.flush(),
    entries: () => typed.versions(),
    get(key) {
      const latest = bytes.get(key)
      return latest && { value: latest.value, timestamp: latest.timestamp }
    },
    version: (key, asOf) => bytes.get(key, asOf),
    scan: versionedScan(
      spec,
      (range) => bytes.latest(range),
      timestampedFormat,
      (key, fromTime, toTime) => bytes.history(key, fromTime, toTime),
    ),
  }
}
