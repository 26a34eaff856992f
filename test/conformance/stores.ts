import {
  keyValueStore,
  type Serde,
  type StoreToken,
  sessionStore,
  timestampedKeyValueStore,
  timestampedWindowStore,
  versionedKeyValueStore,
  windowStore,
} from '../../src/index.ts'
import type { MaterializedJson, StoreJson } from './case.ts'
import { serdesOf } from './serdes.ts'

type Materialization = {
  readonly key?: Serde<never>
  readonly value?: Serde<never>
  readonly store?: Readonly<Record<string, unknown>>
}

/** Options of a step that keeps a table, as its `materialized` says. */
export function materialization(json: MaterializedJson | undefined): Materialization {
  if (!json) return {}
  return { ...serdesOf(json), store: storeOptions(json) }
}

function storeOptions(json: MaterializedJson): Readonly<Record<string, unknown>> {
  const { store, caching, logging, retentionMs, supplier } = json
  const kind = storeKind(json)
  return {
    ...(store !== undefined && { name: store }),
    ...(kind !== undefined && { kind }),
    ...(caching !== undefined && { caching }),
    ...(logging === false && { changelog: 'off' }),
    ...(retentionMs !== undefined && { retention: retentionMs }),
    ...(supplier !== undefined && supplierOptions(supplier, json)),
  }
}

function storeKind({ storeType, supplier }: MaterializedJson): 'memory' | 'lmdb' | undefined {
  if (supplier !== undefined) return supplier.startsWith('persistent') ? 'lmdb' : 'memory'
  if (storeType !== undefined) return storeType === 'inMemory' ? 'memory' : 'lmdb'
  return undefined
}

function supplierOptions(supplier: string, json: MaterializedJson): Readonly<Record<string, unknown>> {
  switch (supplier) {
    // Java's persistent plain stores keep no timestamps; those in memory do, once they are wrapped for a table.
    case 'persistentKeyValue':
    case 'persistentWindow':
      return { timestamped: false, ...windowSettings(json) }
    case 'lruMap':
      return { maxEntries: json.maxEntries }
    case 'persistentVersioned':
      return {
        versioned: {
          history: json.historyRetentionMs,
          ...(json.segmentIntervalMs !== undefined && { segmentInterval: json.segmentIntervalMs }),
        },
      }
    default:
      return windowSettings(json)
  }
}

function windowSettings({ windowSizeMs, retainDuplicates }: MaterializedJson): Record<string, unknown> {
  return {
    ...(windowSizeMs !== undefined && { windowSize: windowSizeMs }),
    ...(retainDuplicates !== undefined && { retainDuplicates }),
  }
}

/** A store for processors. */
export function storeToken(json: StoreJson): StoreToken<unknown> {
  const { name, lru, caching, logging } = json
  const options = {
    ...(serdesOf(json) as { key: Serde<unknown>; value: Serde<unknown> }),
    kind: json.persistent === false || lru !== undefined ? 'memory' : 'lmdb',
    ...(caching !== undefined && { caching }),
    ...(logging === false && { changelog: 'off' as const }),
    ...(lru !== undefined && { maxEntries: lru }),
  } as const
  const retention = json.retentionMs ?? 0
  const windows = {
    ...options,
    retention,
    windowSize: json.windowSizeMs ?? 0,
    retainDuplicates: json.retainDuplicates ?? false,
  }
  switch (json.type) {
    case 'keyValue':
      return keyValueStore(name, options)
    case 'timestampedKeyValue':
      return timestampedKeyValueStore(name, options)
    case 'window':
      return windowStore(name, windows)
    case 'timestampedWindow':
      return timestampedWindowStore(name, windows)
    case 'session':
      return sessionStore(name, { ...options, retention })
    case 'versioned':
      return versionedKeyValueStore(name, {
        ...options,
        history: json.historyRetentionMs ?? 0,
        ...(json.segmentIntervalMs !== undefined && { segmentInterval: json.segmentIntervalMs }),
      })
  }
}

export function tokensOf(stores: readonly StoreJson[] = []): readonly StoreToken<unknown>[] {
  return stores.map(storeToken)
}
