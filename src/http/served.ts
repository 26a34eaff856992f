import type { TopicPartition } from '../core/topic-partition.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { ChangeFeed, ChangesFrom } from '../query/store-changes.ts'
import type { Window } from '../serde/windowed.ts'

/** What the HTTP service needs of an application; the application fills it, tests have one of their own. */
export interface Served {
  readonly stores: readonly ServedStore[]
  readonly topology: ServedTopology
  readonly queries: ServedQueries
  health(): ServedHealth
  /** Prometheus text. */
  metrics(): Promise<string>
  /** How far the stores of this instance are behind their changelogs (Java's allLocalStorePartitionLags). */
  lags(): Promise<readonly StoreLag[]>
  /** Every instance that the group knows (Java's metadataForAllStreamsClients). */
  instances(): readonly ServedInstance[]
  /** Who has a key (Java's queryMetadataForKey). @throws StreamsError `store-not-ready` */
  keyOwner(store: StoreSpec, key: unknown): Promise<KeyOwner>
  /** Committed changes of a store, on all instances. @throws StreamsError `store-unknown` if it has no topic to follow. */
  changes(store: StoreSpec, from: ChangesFrom): Promise<ChangeFeed>
  /** Answers a question of another instance; binary. Undefined if this application answers none. */
  answerRemote?(question: Uint8Array): Promise<Uint8Array>
}

export interface ServedStore {
  /** As in the topology; what URLs say. */
  readonly name: string
  /** The name under which the topology returns its table, if it does: URLs may say this instead. */
  readonly table: string | null
  readonly spec: StoreSpec
  /** Every instance has all of it. */
  readonly global: boolean
}

export interface ServedTopology {
  text(): string
  mermaid(): string
  json(): object
}

/** The usual, or as of the last checkpoint; `stale` lets a standby answer. */
export interface ReadOptions {
  readonly isolation: 'latest' | 'checkpoint'
  readonly stale: boolean
  /** So many entries are taken at most. */
  readonly limit?: number
  /** The asker has gone, or waited long enough. */
  readonly signal: AbortSignal
  /** Told of each partition that answered. */
  readonly onRead: (facts: ReadAge) => void
}

/** How old what was read is. */
export interface ReadAge {
  /** Of a checkpoint: how long ago it was committed, ms. */
  readonly checkpointAgeMs: number | undefined
  /** Of a standby or a task being restored: how many changelog records it was behind. */
  readonly lag: number | undefined
}

/** Timestamps are ms since the epoch, null where the store keeps none. */
export interface FoundValue {
  readonly value: unknown
  readonly timestamp: number | null
}

export interface FoundEntry extends FoundValue {
  readonly key: unknown
}

/** Of window and session stores. */
export interface FoundWindow extends FoundEntry {
  readonly window: Window
}

/** A version of a value: it held from `timestamp` on, until `validTo` (exclusive) or, if that is null, until now. */
export interface FoundVersion extends FoundValue {
  readonly validTo: number | null
}

/** Bounds are inclusive, in the order of the serialized keys; absent: open. */
export interface KeyRange {
  readonly from?: unknown
  readonly to?: unknown
  /** Serialized keys begin with it. */
  readonly prefix?: unknown
  readonly reverse: boolean
}

/** Window starts (of sessions: any time in them) from and to, inclusive, ms; absent: open. */
export interface TimeRange {
  readonly from?: number
  readonly to?: number
  readonly reverse: boolean
}

export interface ServedQueries {
  get(store: StoreSpec, key: unknown, options: ReadOptions): Promise<FoundValue | undefined>
  range(store: StoreSpec, range: KeyRange, options: ReadOptions): AsyncIterable<FoundEntry>
  /** @param key undefined: of all keys. */
  windows(store: StoreSpec, key: unknown, times: TimeRange, options: ReadOptions): AsyncIterable<FoundWindow>
  sessions(store: StoreSpec, key: unknown, times: TimeRange, options: ReadOptions): AsyncIterable<FoundWindow>
  /** The version that held at a time, ms; of now if undefined. */
  version(
    store: StoreSpec,
    key: unknown,
    asOf: number | undefined,
    options: ReadOptions,
  ): Promise<FoundVersion | undefined>
  versions(
    store: StoreSpec,
    key: unknown,
    times: TimeRange,
    options: ReadOptions,
  ): AsyncIterable<FoundVersion>
}

export interface ServedHealth {
  readonly state: string
  /** Not ok: to be started anew. */
  readonly live: ServedCheck
  /** It processes, and its stores answer. */
  readonly ready: ServedCheck
}

export interface ServedCheck {
  readonly ok: boolean
  /** Why not. */
  readonly reasons: readonly string[]
}

export interface StoreLag {
  readonly store: string
  readonly partition: number
  /** Otherwise it is a standby. */
  readonly active: boolean
  /** Offsets of the changelog: of the next record it takes, and the end. */
  readonly position: number
  readonly end: number
  readonly lag: number
}

export interface ServedInstance {
  /** `host:port`; null if it has no applicationServer. */
  readonly address: string | null
  /** This one. */
  readonly local: boolean
  readonly stores: readonly string[]
  readonly partitions: readonly TopicPartition[]
  readonly standbyStores: readonly string[]
  readonly standbyPartitions: readonly TopicPartition[]
}

export interface KeyOwner {
  readonly partition: number
  /** `host:port`; null if that instance has no applicationServer. */
  readonly active: string | null
  readonly standbys: readonly string[]
  /** This instance has it. */
  readonly local: boolean
}
