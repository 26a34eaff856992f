import { StreamsError } from '../core/errors.ts'
import type { Condition, Field, Timestamp } from './expression.ts'
import type { CompareOp, ConditionNode, FieldNode, TimestampNode } from './node.ts'

/**
 * A field of a JSON value; `field('a.b')` is member `b` of member `a`.
 * @throws StreamsError `topology-invalid` if a name in the path is empty.
 */
export function field<const F extends string>(path: F): Field<F> {
  const names = path.split('.')
  if (names.includes('')) {
    throw new StreamsError('topology-invalid', `field(${JSON.stringify(path)}): a name in the path is empty`)
  }
  const node: FieldNode = Object.freeze({ kind: 'field', path: Object.freeze(names) })
  return Object.freeze({
    node,
    path,
    eq: (value: string | number | boolean) => compare(node, 'eq', value),
    ne: (value: string | number | boolean) => compare(node, 'ne', value),
    gt: (value: number) => compare(node, 'gt', value),
    ge: (value: number) => compare(node, 'ge', value),
    lt: (value: number) => compare(node, 'lt', value),
    le: (value: number) => compare(node, 'le', value),
    seconds: () => timestamp(node, 1000),
    millis: () => timestamp(node, 1),
  })
}

function compare<R>(field: FieldNode, op: CompareOp, value: string | number | boolean): Condition<R> {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new StreamsError(
      'topology-invalid',
      `field('${field.path.join('.')}').${op}(${value}): JSON numbers are finite, so nothing would match`,
    )
  }
  return condition(Object.freeze({ kind: 'compare', field, op, value }))
}

function condition<R>(node: ConditionNode): Condition<R> {
  return Object.freeze({
    node,
    and: <R2>(other: Condition<R2>): Condition<R & R2> => junction('and', node, other.node),
    or: <R2>(other: Condition<R2>): Condition<R & R2> => junction('or', node, other.node),
    not: () => condition<R>(Object.freeze({ kind: 'not', operand: node })),
  })
}

function junction<R>(kind: 'and' | 'or', left: ConditionNode, right: ConditionNode): Condition<R> {
  return condition(Object.freeze({ kind, left, right }))
}

function timestamp<R>(field: FieldNode, unitMs: 1 | 1000): Timestamp<R> {
  const node: TimestampNode = Object.freeze({ kind: 'timestamp', field, unitMs })
  return Object.freeze({ node })
}
