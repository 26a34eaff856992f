import { unreachable } from '../../core/errors.ts'
import type { Predicate } from '../program.ts'

/** @param fields the extracted fields, undefined where absent. */
export function holds(predicate: Predicate, fields: readonly unknown[]): boolean {
  switch (predicate.kind) {
    case 'and':
      return holds(predicate.left, fields) && holds(predicate.right, fields)
    case 'or':
      return holds(predicate.left, fields) || holds(predicate.right, fields)
    case 'not':
      return !holds(predicate.operand, fields)
    case 'compare':
      return compares(fields[predicate.field], predicate.op, predicate.value)
    default:
      return unreachable(predicate)
  }
}

type Comparison = Extract<Predicate, { kind: 'compare' }>

function compares(field: unknown, op: Comparison['op'], value: Comparison['value']): boolean {
  if (typeof field === 'number' && typeof value === 'number') return comparesNumbers(field, op, value)
  if (typeof field !== typeof value) return false
  return op === 'eq' ? field === value : op === 'ne' && field !== value
}

function comparesNumbers(field: number, op: Comparison['op'], value: number): boolean {
  switch (op) {
    case 'eq':
      return field === value
    case 'ne':
      return field !== value
    case 'gt':
      return field > value
    case 'ge':
      return field >= value
    case 'lt':
      return field < value
    case 'le':
      return field <= value
    default:
      return unreachable(op)
  }
}
