/** What users declare, as frozen data: it is hashed, sent to workers, evaluated in JavaScript or run by the kernel. */
export type ExpressionNode = FieldNode | ConditionNode | TimestampNode | WindowKeyNode

/** A member of a JSON value, by its path. */
export interface FieldNode {
  readonly kind: 'field'
  readonly path: readonly string[]
}

export type ConditionNode = CompareNode | JunctionNode | NotNode

export type CompareOp = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'

/** False, for `ne` too, when the field is absent or not of the value's type. */
export interface CompareNode {
  readonly kind: 'compare'
  readonly field: FieldNode
  readonly op: CompareOp
  readonly value: string | number | boolean
}

export interface JunctionNode {
  readonly kind: 'and' | 'or'
  readonly left: ConditionNode
  readonly right: ConditionNode
}

export interface NotNode {
  readonly kind: 'not'
  readonly operand: ConditionNode
}

/** Event time: a numeric field times its unit, rounded to whole ms. */
export interface TimestampNode {
  readonly kind: 'timestamp'
  readonly field: FieldNode
  readonly unitMs: 1 | 1000
}

/** Text made of a windowed key. */
export interface WindowKeyNode {
  readonly kind: 'window-key'
  readonly parts: readonly WindowKeyPart[]
}

export type WindowKeyPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'key' }
  /** A window bound in UTC: runs of y M d H m s S are zero-padded digits, the rest is literal. */
  | { readonly kind: 'time'; readonly of: 'start' | 'end'; readonly pattern: string }
