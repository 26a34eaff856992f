import type { NodeBase } from './node.ts'
import type { TableView } from './table-view.ts'
import type { JoinWindows } from './windows.ts'

/** Of joins of a stream with a stream, a table or a global table. */
export type JoinNode =
  | JoinWindowNode
  | StreamJoinNode
  | SelfJoinNode
  | StreamTableJoinNode
  | StreamGlobalJoinNode

export type JoinKind = 'inner' | 'left' | 'outer'

/** @param left value of the left side, whichever side the node is of. */
export type Joiner = (left: unknown, right: unknown, key: unknown) => unknown

/** Remembers one side of a stream-stream join: forwards first, then puts (Java's KStreamJoinWindow). */
export interface JoinWindowNode extends NodeBase {
  readonly kind: 'join-window'
  readonly store: string
}

/** One side of a stream-stream join (Java's KStreamKStreamJoin). */
export interface StreamJoinNode extends NodeBase {
  readonly kind: 'stream-join'
  readonly side: 'left' | 'right'
  /** A record that meets nobody is emitted too, with null for the other side. */
  readonly outer: boolean
  readonly windows: JoinWindows
  readonly otherStore: string
  /** Where unmatched records wait. */
  readonly outerStore?: string
  readonly joiner: Joiner
  /** Under which name the two sides share their stream time. */
  readonly timeOf: string
}

/** A stream joined with itself by one store (Java's KStreamKStreamSelfJoin). */
export interface SelfJoinNode extends NodeBase {
  readonly kind: 'self-join'
  readonly windows: JoinWindows
  readonly store: string
  readonly joiner: Joiner
}

export interface StreamTableJoinNode extends NodeBase {
  readonly kind: 'stream-table-join'
  readonly left: boolean
  readonly view: TableView
  readonly joiner: Joiner
  /** Records wait until stream time is so much later; then `buffer` is there. */
  readonly graceMs?: number
  readonly buffer?: string
}

export interface StreamGlobalJoinNode extends NodeBase {
  readonly kind: 'stream-global-join'
  readonly left: boolean
  readonly view: TableView
  readonly keyOf: (value: unknown, key: unknown) => unknown
  readonly joiner: Joiner
}
