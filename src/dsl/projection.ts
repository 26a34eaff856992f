import type { Condition, Expression, Field } from '../expr/expression.ts'
import type { ConditionNode, FieldNode } from '../expr/node.ts'
import type { FieldType, Row } from '../expr/row.ts'

/** A new value made of fields of the old one, by member: `{ who: field('user') }`. */
export type Projection<V> = Readonly<
  Record<string, Expression<Row<V>, unknown> & { node: FieldNode | ConditionNode }>
>

/** The value that a projection makes: a condition becomes a boolean, a field keeps its type. */
export type Projected<V, P> = {
  [Member in keyof P]: P[Member] extends Field<infer F>
    ? FieldType<V, F>
    : P[Member] extends Condition<never>
      ? boolean
      : never
}

export function projectionNodes(
  projection: Projection<never>,
): Readonly<Record<string, FieldNode | ConditionNode>> {
  return Object.fromEntries(Object.entries(projection).map(([member, { node }]) => [member, node]))
}
