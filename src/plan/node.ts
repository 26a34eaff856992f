import type { ConditionNode, FieldNode, TimestampNode, WindowKeyNode } from '../expr/node.ts'
import type { Serde } from '../serde/serde.ts'
import type { TimeWindows } from './windows.ts'

/**
 * One node of a topology, frozen. What the user gave as an expression and what as a function are different fields:
 * only the former can run in the kernel.
 */
export type PlanNode =
  | SourceNode
  | FilterNode
  | MapValuesNode
  | SelectKeyNode
  | AggregateNode
  | ToStreamNode
  | RepartitionFilterNode
  | SinkNode

interface NodeBase {
  readonly name: string
  /** Names of the nodes whose records it gets. */
  readonly parents: readonly string[]
}

export interface SourceNode extends NodeBase {
  readonly kind: 'source'
  readonly topics: readonly string[]
  /** The topic is a repartition topic: its real name begins with the application id. */
  readonly internal: boolean
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  /** Event time; absent: the record's own timestamp. */
  readonly timestamp?: TimestampNode
}

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

export interface AggregateNode extends NodeBase {
  readonly kind: 'aggregate'
  readonly aggregate: 'count'
  readonly windows?: TimeWindows
  readonly store: string
}

export interface ToStreamNode extends NodeBase {
  readonly kind: 'to-stream'
}

/** Leaves out records without a key, which have no partition of their own. */
export interface RepartitionFilterNode extends NodeBase {
  readonly kind: 'repartition-filter'
}

export interface SinkNode extends NodeBase {
  readonly kind: 'sink'
  readonly topic: string
  /** As of a source. */
  readonly internal: boolean
  readonly keySerde: Serde<unknown>
  readonly valueSerde: Serde<unknown>
  /** Windowed keys go to the partition of the key without its window (Java's WindowedStreamPartitioner). */
  readonly partitionBy: 'output-key' | 'key'
}

/** The real name of a source's or sink's topic. */
export function topicName(applicationId: string, topic: string, internal: boolean): string {
  return internal ? `${applicationId}-${topic}` : topic
}
