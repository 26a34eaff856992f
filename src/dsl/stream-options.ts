import type { Unawaited } from '../core/unawaited.ts'
import type { KeyValueStoreOptions, NamedOptions, PairOptions, StoreSerdes } from './options.ts'

export interface RepartitionOptions<K, V> extends PairOptions<K, V> {
  /** Of the topic; by default as many as the topics before it have. */
  readonly partitions?: number
  readonly partitioner?: PartitionerOf<K, V>
}

/** @returns the partition, or several of them, or undefined for the default. */
export type PartitionerOf<K, V> = (
  topic: string,
  key: K,
  value: V,
  partitions: number,
) => number | readonly number[] | undefined

export interface ToOptions<K, V> extends NamedOptions {
  /** Chooses the partitions; a record goes to each of them, and to none if there are none. */
  readonly partitioner?: PartitionerOf<K, V>
}

export interface DynamicToOptions<K, V> extends ToOptions<K, V>, PairOptions<K, V> {}

export interface ToTableOptions<K, V> extends NamedOptions, StoreSerdes<K, V> {
  readonly store?: KeyValueStoreOptions
}

export interface PrintOptions<K, V> extends NamedOptions {
  /** Begins each line; by default the name of the node before. */
  readonly label?: string
  /** Makes the rest of a line; by default `key, value`: windowed keys as `[key@start/end]`, objects as JSON, bytes in hex. */
  readonly format?: (value: V, key: K) => string
  /** Takes a line; by default it goes to stdout. */
  readonly write?: (line: string) => Unawaited
}
