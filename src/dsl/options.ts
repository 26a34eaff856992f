import type { Duration } from '../core/time/duration.ts'
import type { ChangelogMode } from '../plan/store-spec.ts'
import type { Serde } from '../serde/serde.ts'

export interface NamedOptions {
  /** The node's name instead of a generated one: letters, digits, '.', '_' and '-', at most 249. */
  readonly name?: string
}

/** For a changed key: its serde, needed if a later step repartitions or stores by it. */
export interface KeyOptions<K> extends NamedOptions {
  readonly key?: Serde<NonNullable<K>>
}

export interface GroupOptions<K, V> {
  /** The repartition topic's name, if there is one: `<application id>-<name>-repartition`. */
  readonly name?: string
  readonly key?: Serde<NonNullable<K>>
  readonly value?: Serde<NonNullable<V>>
}

export interface StoreOptions {
  /** The store's name, which also names its changelog topic; generated if not given. */
  readonly name?: string
  /** Where rows live: `lmdb` (default) survives restarts, `memory` is restored from the changelog. */
  readonly kind?: 'lmdb' | 'memory'
  /** Whether to hold back updates until a commit. Only `false` (each is emitted), the default, exists yet. */
  readonly caching?: boolean
  /** `coalesced` (default): one record per changed key and commit; `each` change, as Java does; or `off`. */
  readonly changelog?: ChangelogMode
}

export interface WindowStoreOptions extends StoreOptions {
  /** How long windows are kept, in stream time; window size plus grace if not given, and never less. */
  readonly retention?: Duration
}

export interface CountOptions<S extends StoreOptions = StoreOptions> extends NamedOptions {
  readonly store?: S
}

/** `Options` if `T`, what a lambda returns, holds no promise; else an argument that nobody can give. */
export type Synchronous<T, Options extends readonly unknown[]> =
  Extract<T, PromiseLike<unknown>> extends never ? Options : [thisFunctionMustNotReturnAPromise: never]
