import type { KeyValueStoreOptions, NamedOptions, StoreSerdes } from './options.ts'

/** Of a call that makes a table (Java's Named and Materialized). */
export interface TableOptions<K, V> extends NamedOptions, StoreSerdes<K, V> {
  /** Keeps the table in a store, if that has a name; otherwise its values are computed when they are looked up. */
  readonly store?: KeyValueStoreOptions
}
