import { StreamsError } from '../core/errors.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import { checkName } from '../plan/naming.ts'
import type { StoreToken } from '../plan/processor-spec.ts'
import type { KeyValueStoreSpec, StoreKind, StoreSpec } from '../plan/store-spec.ts'
import type { Serde } from '../serde/serde.ts'
import { segmentMs } from '../store/segmented-rows.ts'
import type {
  KeyValueStore,
  SessionStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  WindowStore,
} from '../store/state-stores.ts'
import { type LoggingOptions, loggingOf } from './logging-options.ts'
import { versionedSegmentMs } from './materialized.ts'

/** Of a store declared for processors (Java's StoreBuilder). */
export interface DeclaredStoreOptions<K, V> extends LoggingOptions {
  readonly key: Serde<K>
  readonly value: Serde<V>
  /** `lmdb` (default) survives restarts, `memory` and an engine of your own are restored from the changelog. */
  readonly kind?: StoreKind
  /** Writes wait in the record cache until a commit; false if not given. */
  readonly caching?: boolean
}

export interface DeclaredKeyValueStoreOptions<K, V> extends DeclaredStoreOptions<K, V> {
  /** Keeps so many entries, and drops the least recently used ones. */
  readonly maxEntries?: number
}

export interface DeclaredWindowStoreOptions<K, V> extends DeclaredStoreOptions<K, V> {
  readonly windowSize: Duration
  readonly retention: Duration
  /** Keeps several values of one key and start. */
  readonly retainDuplicates?: boolean
}

export interface DeclaredSessionStoreOptions<K, V> extends DeclaredStoreOptions<K, V> {
  readonly retention: Duration
}

export interface DeclaredVersionedStoreOptions<K, V> extends Omit<DeclaredStoreOptions<K, V>, 'caching'> {
  /** How long the versions of a value are kept. */
  readonly history: Duration
  readonly segmentInterval?: Duration
}

/** Declares a store of a value per key. @throws StreamsError `topology-invalid` for a bad name. */
export function keyValueStore<K, V>(
  name: string,
  options: DeclaredKeyValueStoreOptions<K, V>,
): StoreToken<KeyValueStore<K, V>> {
  return keyValueToken(name, options, false)
}

/** Declares a store of a value and its time per key, as the tables of the DSL have it. */
export function timestampedKeyValueStore<K, V>(
  name: string,
  options: DeclaredKeyValueStoreOptions<K, V>,
): StoreToken<KeyValueStore<K, ValueAndTimestamp<V>>> {
  return keyValueToken(name, options, true)
}

/** Declares a store of all versions of a value per key (KIP-889). */
export function versionedKeyValueStore<K, V>(
  name: string,
  options: DeclaredVersionedStoreOptions<K, V>,
): StoreToken<VersionedKeyValueStore<K, V>> {
  const call = `versionedKeyValueStore('${name}')`
  const historyRetentionMs = durationMs(options.history, `${call}: history`)
  const segment =
    options.segmentInterval === undefined
      ? versionedSegmentMs(historyRetentionMs)
      : durationMs(options.segmentInterval, `${call}: segmentInterval`)
  if (segment < 1)
    throw new StreamsError('topology-invalid', `${call}: segmentInterval must be larger than zero`)
  return token(name, { kind: 'versioned', ...common(name, options), historyRetentionMs, segmentMs: segment })
}

/** Declares a store of a value per key and window. */
export function windowStore<K, V>(
  name: string,
  options: DeclaredWindowStoreOptions<K, V>,
): StoreToken<WindowStore<K, V>> {
  return windowToken(name, options, false)
}

/** Declares a store of a value and its time per key and window. */
export function timestampedWindowStore<K, V>(
  name: string,
  options: DeclaredWindowStoreOptions<K, V>,
): StoreToken<WindowStore<K, ValueAndTimestamp<V>>> {
  return windowToken(name, options, true)
}

/** Declares a store of a value per key and session. */
export function sessionStore<K, V>(
  name: string,
  options: DeclaredSessionStoreOptions<K, V>,
): StoreToken<SessionStore<K, V>> {
  const retentionMs = durationMs(options.retention, `sessionStore('${name}'): retention`)
  return token(name, {
    kind: 'session',
    ...common(name, options),
    retentionMs,
    segmentMs: segmentMs(retentionMs),
  })
}

function keyValueToken<S, K, V>(
  name: string,
  options: DeclaredKeyValueStoreOptions<K, V>,
  timestamped: boolean,
): StoreToken<S> {
  const { maxEntries } = options
  return token(name, {
    kind: 'key-value',
    ...common(name, options),
    timestamped,
    ...(maxEntries !== undefined && { maxEntries }),
  })
}

function windowToken<S, K, V>(
  name: string,
  options: DeclaredWindowStoreOptions<K, V>,
  timestamped: boolean,
): StoreToken<S> {
  const call = `windowStore('${name}')`
  const windowSizeMs = durationMs(options.windowSize, `${call}: windowSize`)
  const retentionMs = durationMs(options.retention, `${call}: retention`)
  if (windowSizeMs > retentionMs) {
    throw new StreamsError(
      'topology-invalid',
      `${call}: the retention of ${retentionMs} ms is less than the window size of ${windowSizeMs} ms`,
    )
  }
  return token(name, {
    kind: 'window',
    ...common(name, options),
    timestamped,
    windowSizeMs,
    retentionMs,
    segmentMs: segmentMs(retentionMs),
    retainDuplicates: options.retainDuplicates ?? false,
  })
}

function common<K, V>(
  name: string,
  options: DeclaredStoreOptions<K, V>,
): Omit<KeyValueStoreSpec, 'kind' | 'timestamped'> {
  const { key, value, kind, caching } = options
  return {
    name: checkName(name, 'store name'),
    keySerde: key as Serde<unknown>,
    valueSerde: value as Serde<unknown>,
    engine: kind ?? 'lmdb',
    ...loggingOf(options, `store '${name}'`),
    caching: caching ?? false,
  }
}

/** A store as processors name it. */
export function token<S>(name: string, spec: StoreSpec): StoreToken<S> {
  return Object.freeze({ name, spec: Object.freeze(spec) })
}
