import type { ConditionNode, FieldNode } from '../expr/node.ts'
import type { Serde } from '../serde/serde.ts'
import type { Joiner, JoinKind } from './join-node.ts'
import type { Aggregation, KeyValuePair, NodeBase } from './node.ts'
import type { TransformerSpec } from './processor-spec.ts'
import type { TableView } from './table-view.ts'

/** Of tables: their records are updates. */
export type TableNode =
  | TableSourceNode
  | TableFilterNode
  | TableMapValuesNode
  | TableTransformValuesNode
  | TableGroupByNode
  | TableAggregateNode
  | TableJoinNode
  | TableJoinMergeNode
  | SuppressNode
  | ToStreamNode

interface TableNodeBase extends NodeBase {
  /** Updates carry the value that was there before; what comes behind asks for it. */
  readonly sendOldValues: boolean
}

/** Turns records into updates (Java's KTableSource). Without a store nothing is remembered. */
export interface TableSourceNode extends TableNodeBase {
  readonly kind: 'table-source'
  readonly store?: string
}

export interface TableFilterNode extends TableNodeBase {
  readonly kind: 'table-filter'
  readonly not: boolean
  readonly expression?: ConditionNode
  readonly lambda?: (value: unknown, key: unknown) => boolean
  readonly store?: string
  /** The table before it is versioned: no update is held back as unnecessary (KIP-914). */
  readonly versioned?: boolean
}

export interface TableMapValuesNode extends TableNodeBase {
  readonly kind: 'table-map-values'
  readonly expression?: Readonly<Record<string, FieldNode | ConditionNode>>
  readonly lambda?: (value: unknown, key: unknown) => unknown
  readonly store?: string
}

export interface TableTransformValuesNode extends TableNodeBase {
  readonly kind: 'table-transform-values'
  readonly transformer: TransformerSpec
  readonly connectedStores: readonly string[]
  readonly store?: string
}

/** Gives updates a new key and value, on their way through a repartition topic (Java's KTableRepartitionMap). */
export interface TableGroupByNode extends NodeBase {
  readonly kind: 'table-group-by'
  readonly lambda: (value: unknown, key: unknown) => KeyValuePair
  /** Of the groups; two keys are the same if their bytes are. */
  readonly keySerde: Serde<unknown>
  /** The table is versioned: updates that a later version has overtaken are left out (KIP-914). */
  readonly versioned?: boolean
}

export interface TableAggregateNode extends TableNodeBase {
  readonly kind: 'table-aggregate'
  readonly aggregation: Aggregation
  readonly subtract: (aggregate: unknown, value: unknown, key: unknown) => unknown
  readonly store: string
}

/** One side of a table-table join. */
export interface TableJoinNode extends TableNodeBase {
  readonly kind: 'table-join'
  readonly side: 'left' | 'right'
  readonly join: JoinKind
  readonly other: TableView
  readonly joiner: Joiner
}

export interface TableJoinMergeNode extends TableNodeBase {
  readonly kind: 'table-join-merge'
  readonly store?: string
}

export interface SuppressNode extends NodeBase {
  readonly kind: 'suppress'
  readonly suppressed: Suppressed
  readonly store: string
}

export interface Suppressed {
  /** A time limit after the first of the updates held back, or the end of the window plus grace. */
  readonly until: 'time-limit' | 'window-close'
  /** The limit, or the grace. */
  readonly ms: number
  readonly maxRecords?: number
  readonly maxBytes?: number
  readonly onFull: 'emit-early' | 'shut-down'
}

export interface ToStreamNode extends NodeBase {
  readonly kind: 'to-stream'
}
