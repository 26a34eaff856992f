import type { OffsetReset } from '../core/offset-reset.ts'
import type { RecordMetadata, StreamRecord } from '../core/record.ts'
import type { ConditionNode, FieldNode, TimestampNode, WindowKeyNode } from '../expr/node.ts'
import type { Serde } from '../serde/serde.ts'
import type { ForeignKeyNode } from './foreign-key-node.ts'
import type { JoinNode } from './join-node.ts'
import type { ProcessorSpec } from './processor-spec.ts'
import type { ProcessorWrapper } from './processor-wrapper.ts'
import type { TableNode } from './table-node.ts'
import type { Windows } from './windows.ts'

export type * from './foreign-key-node.ts'
export type * from './join-node.ts'
export type * from './table-node.ts'

/**
 * One node of a topology, frozen. What the user gave as an expression and what as a function are different fields:
 * only the former can run in the kernel.
 */
export type PlanNode =
  | SourceNode
  | FilterNode
  | MapValuesNode
  | SelectKeyNode
  | MapNode
  | FlatMapNode
  | FlatMapValuesNode
  | PeekNode
  | BranchNode
  | PassThroughNode
  | ProcessNode
  | AggregateNode
  | JoinNode
  | TableNode
  | ForeignKeyNode
  | RepartitionFilterNode
  | SinkNode

export interface NodeBase {
  readonly name: string
  /** Names of the nodes whose records it gets. */
  readonly parents: readonly string[]
  /** The topology's wrapper, on all its processors. */
  readonly wrap?: ProcessorWrapper
}

// ---- in and out

export interface SourceNode extends NodeBase {
  readonly kind: 'source'
  /** Empty when `pattern` says which. */
  readonly topics: readonly string[]
  readonly pattern?: RegExp
  /** The topic is a repartition topic: its real name begins with the application id. */
  readonly internal: boolean
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  /** Event time; absent: the record's own timestamp. */
  readonly timestamp?: TimestampNode
  /** Event time by a function, or the time of reading, in place of `timestamp`. */
  readonly extractor?: TimestampExtractor | 'wall-clock'
  /** What a negative event time does; Java's FailOn-, LogAndSkipOn- and UsePartitionTimeOnInvalidTimestamp. */
  readonly invalidTimestamp?: 'fail' | 'skip' | 'partition-time'
  readonly offsetReset?: OffsetReset
  /** Of an internal topic: how many, if the user said. */
  readonly partitions?: number
  /** Of an internal topic: it took the place of several, and may feed what they did not (`merge.repartition.topics`). */
  readonly merged?: boolean
}

/** @param partitionTime the largest timestamp of the partition so far, -1 before the first. @returns ms since the epoch. */
export type TimestampExtractor = (
  record: StreamRecord<unknown, unknown> & RecordMetadata,
  partitionTime: number,
) => number

/** @returns the partitions to write to, one record each; undefined for the default. */
export type Partitioner = (
  topic: string,
  key: unknown,
  value: unknown,
  partitions: number,
) => number | readonly number[] | undefined

export interface SinkNode extends NodeBase {
  readonly kind: 'sink'
  readonly topic: string
  /** Chooses the topic of each record, in place of `topic`. */
  readonly topicOf?: (record: StreamRecord<unknown, unknown>, metadata: RecordMetadata | undefined) => string
  /** As of a source. */
  readonly internal: boolean
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  /** Windowed keys go to the partition of the key without its window (Java's WindowedStreamPartitioner). */
  readonly partitionBy: 'output-key' | 'key'
  readonly partitioner?: Partitioner
}

/** Leaves out records without a key, which have no partition of their own. */
export interface RepartitionFilterNode extends NodeBase {
  readonly kind: 'repartition-filter'
  /** A left or outer join behind it takes records without a key (KIP-962): they pass. */
  readonly keepNullKeys?: boolean
}

// ---- streams

export interface FilterNode extends NodeBase {
  readonly kind: 'filter'
  /** Keeps the records that do not match. */
  readonly not: boolean
  readonly expression?: ConditionNode
  readonly lambda?: (value: unknown, key: unknown) => boolean
}

export interface MapValuesNode extends NodeBase {
  readonly kind: 'map-values'
  /** By member of the new value, in order. */
  readonly expression?: Readonly<Record<string, FieldNode | ConditionNode>>
  readonly lambda?: (value: unknown, key: unknown) => unknown
}

export interface SelectKeyNode extends NodeBase {
  readonly kind: 'select-key'
  readonly expression?: FieldNode | WindowKeyNode
  readonly lambda?: (value: unknown, key: unknown) => unknown
}

export type KeyValuePair = readonly [key: unknown, value: unknown]

export interface MapNode extends NodeBase {
  readonly kind: 'map'
  readonly lambda: (value: unknown, key: unknown) => KeyValuePair
}

export interface FlatMapNode extends NodeBase {
  readonly kind: 'flat-map'
  readonly lambda: (value: unknown, key: unknown) => Iterable<KeyValuePair>
}

export interface FlatMapValuesNode extends NodeBase {
  readonly kind: 'flat-map-values'
  readonly lambda: (value: unknown, key: unknown) => Iterable<unknown>
}

/** Calls a function and, if `forward`, hands the record on; foreach and print do not. */
export interface PeekNode extends NodeBase {
  readonly kind: 'peek'
  readonly lambda: (value: unknown, key: unknown) => void
  readonly forward: boolean
}

/** Hands each record to the child of the first branch that matches. */
export interface BranchNode extends NodeBase {
  readonly kind: 'branch'
  readonly branches: readonly {
    readonly child: string
    readonly expression?: ConditionNode
    readonly lambda?: (value: unknown, key: unknown) => boolean
  }[]
  readonly defaultChild?: string
}

/** A merge, a branch's beginning, the end of a join: records pass as they are (Java's PassThrough). */
export interface PassThroughNode extends NodeBase {
  readonly kind: 'pass-through'
}

export interface ProcessNode extends NodeBase {
  readonly kind: 'process'
  readonly processor: ProcessorSpec
  /** The processor cannot change keys (Java's FixedKeyProcessor). */
  readonly fixedKey: boolean
  /** Names of all stores it may use. */
  readonly stores: readonly string[]
}

/** How records become a value per group. */
export type Aggregation =
  | { readonly kind: 'count' }
  | { readonly kind: 'reduce'; readonly add: (aggregate: unknown, value: unknown) => unknown }
  | {
      readonly kind: 'aggregate'
      readonly init: () => unknown
      readonly add: (aggregate: unknown, value: unknown, key: unknown) => unknown
      /** Of sessions that grow together. */
      readonly merge?: (one: unknown, two: unknown, key: unknown) => unknown
    }

/** Records of a group into a table; windowed or not. `aggregation.merge` is there for sessions of `aggregate`. */
export interface AggregateNode extends NodeBase {
  readonly kind: 'aggregate'
  readonly aggregation: Aggregation
  readonly windows?: Windows
  /** On each update, once a window is closed, or both with a header on the last. */
  readonly emit: 'update' | 'close' | 'both'
  /** Where sessions are emitted on close: the store drops them by segments of so much time, so they are emitted before one ends. */
  readonly segmentMs?: number
  readonly store: string
  readonly sendOldValues: boolean
}

/** The real name of a source's or sink's topic. */
export function topicName(applicationId: string, topic: string, internal: boolean): string {
  return internal ? `${applicationId}-${topic}` : topic
}
