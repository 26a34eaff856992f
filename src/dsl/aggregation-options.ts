import type { Serde } from '../serde/serde.ts'
import type { KeyValueStoreOptions, NamedOptions, SessionStoreOptions, StoreOptions } from './options.ts'

/** Of an aggregation: its node's name, serdes that are not known from the grouping, and its store. */
export interface AggregationOptions<K, A, S extends StoreOptions = KeyValueStoreOptions>
  extends NamedOptions {
  readonly key?: Serde<NonNullable<K>>
  /** Of the aggregate. */
  readonly value?: Serde<A>
  readonly store?: S
}

export type CountOptions<K, S extends StoreOptions = KeyValueStoreOptions> = AggregationOptions<K, number, S>

export interface SessionAggregationOptions<K, A> extends AggregationOptions<K, A, SessionStoreOptions> {
  /** Makes one aggregate of two, whose sessions a record has brought together; null deletes. */
  readonly merge: (one: NoInfer<A>, two: NoInfer<A>, key: K) => NoInfer<A> | null
}

/**
 * When the windows of a table are emitted: on each `update`, once when they `close` (stream time has passed their end
 * and grace), or `both`: every update and, when a window closes, its result once more, with the header `final=true`.
 */
export type EmitStrategy = 'update' | 'close' | 'both'

/** Folds a value into an aggregate. Null deletes the aggregate: the next value begins a new one. */
export type Adder<K, V, A> = (aggregate: A, value: V, key: K) => A | null

/** Makes the aggregate that a group begins with; synchronous, as the adder then is too. */
export type Initializer<A> =
  Extract<A, PromiseLike<unknown>> extends never
    ? () => A
    : (thisFunctionMustNotReturnAPromise: never) => never
