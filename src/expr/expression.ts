import type { ConditionNode, ExpressionNode, FieldNode, TimestampNode, WindowKeyNode } from './node.ts'
import type { Need } from './row.ts'

declare const row: unique symbol
declare const result: unique symbol

/**
 * Something computed from a row, as data. `R` is contravariant: an expression that needs `{ amount: number }` fits
 * every row that has it.
 */
export interface Expression<in R, out T> {
  readonly node: ExpressionNode
  readonly [row]?: (row: R) => void
  readonly [result]?: T
}

/** True or false for a row. */
export interface Condition<in R> extends Expression<R, boolean> {
  readonly node: ConditionNode
  and<R2>(other: Condition<R2>): Condition<R & R2>
  or<R2>(other: Condition<R2>): Condition<R & R2>
  not(): Condition<R>
}

/** An event time, ms since the epoch. */
export interface Timestamp<in R> extends Expression<R, number> {
  readonly node: TimestampNode
}

type Widen<T> = T extends string ? string : T extends number ? number : boolean

/** A field of a JSON value. A comparison is false when the field is absent or of another type, `ne` included. */
export interface Field<F extends string> extends Expression<Need<F, unknown>, unknown> {
  readonly node: FieldNode
  readonly path: F
  eq<T extends string | number | boolean>(value: T): Condition<Need<F, Widen<T>>>
  ne<T extends string | number | boolean>(value: T): Condition<Need<F, Widen<T>>>
  gt(value: number): Condition<Need<F, number>>
  ge(value: number): Condition<Need<F, number>>
  lt(value: number): Condition<Need<F, number>>
  le(value: number): Condition<Need<F, number>>
  /** Event time from seconds since the epoch. */
  seconds(): Timestamp<Need<F, number>>
  /** Event time from milliseconds since the epoch. */
  millis(): Timestamp<Need<F, number>>
}

/** A key with its window, as the table of a windowed aggregation has it. */
export interface KeyInWindow {
  readonly key: string | number | bigint | boolean
  readonly window: { readonly start: number; readonly end: number }
}

/** A readable key made from a windowed one. */
export interface WindowKey extends Expression<KeyInWindow, string> {
  readonly node: WindowKeyNode
}
