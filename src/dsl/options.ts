import type { Duration } from '../core/time/duration.ts'
import type { StoreKind } from '../plan/store-spec.ts'
import type { Serde } from '../serde/serde.ts'
import type { LoggingOptions } from './logging-options.ts'

export interface NamedOptions {
  /** The node's name instead of a generated one: letters, digits, '.', '_' and '-', at most 249. */
  readonly name?: string
}

/** For a changed key: its serde, needed if a later step repartitions or stores by it. */
export interface KeyOptions<K> extends NamedOptions {
  readonly key?: Serde<NonNullable<K>>
}

/** For a changed value: its serde, needed if a later step repartitions or stores it. */
export interface ValueOptions<V> extends NamedOptions {
  readonly value?: Serde<NonNullable<V>>
}

/** For a changed key and value. */
export interface PairOptions<K, V> extends KeyOptions<K>, ValueOptions<V> {}

export interface GroupOptions<K, V> {
  /** The repartition topic's name, if there is one: `<application id>-<name>-repartition`. */
  readonly name?: string
  readonly key?: Serde<NonNullable<K>>
  readonly value?: Serde<NonNullable<V>>
}

/** Of the store behind a table (Java's Materialized). */
export interface StoreOptions extends LoggingOptions {
  /** The store's name, which also names its changelog topic; generated if not given. */
  readonly name?: string
  /**
   * Where rows live: `lmdb` (default) survives restarts, `memory` and an engine of your own are restored from the
   * changelog.
   */
  readonly kind?: StoreKind
  /**
   * Whether updates wait in the record cache until a commit, so that only the last of a key is forwarded; true if not
   * given, as in Java. Without a cache (`cacheMaxBytes: 0`) every update is forwarded.
   */
  readonly caching?: boolean
}

/** Serdes of a store where they are not known from what comes before. */
export interface StoreSerdes<K, V> {
  readonly key?: Serde<NonNullable<K>>
  readonly value?: Serde<NonNullable<V>>
}

export interface KeyValueStoreOptions extends StoreOptions {
  /** False: rows have no timestamp, which then reads as -1 (a plain store in place of a timestamped one). */
  readonly timestamped?: boolean
  /** Keeps so many entries, and drops the least recently used ones (Stores.lruMap). */
  readonly maxEntries?: number
  /** Keeps all versions of a value for so long (Stores.persistentVersionedKeyValueStore). */
  readonly versioned?: VersionedOptions
}

export interface VersionedOptions {
  readonly history: Duration
  /** How much time the rows of one segment cover; by default a fraction of the history, as in Java. */
  readonly segmentInterval?: Duration
}

export interface WindowStoreOptions extends StoreOptions {
  /** How long windows are kept, in stream time; window size plus grace if not given, and never less. */
  readonly retention?: Duration
  /** False: rows have no timestamp, which then reads as -1. */
  readonly timestamped?: boolean
}

export interface SessionStoreOptions extends StoreOptions {
  /** How long sessions are kept, in stream time; gap plus grace if not given, and never less. */
  readonly retention?: Duration
}

/** `Options` if `T`, what a lambda returns, holds no promise; else an argument that nobody can give. */
export type Synchronous<T, Options extends readonly unknown[]> =
  Extract<T, PromiseLike<unknown>> extends never ? Options : [thisFunctionMustNotReturnAPromise: never]
