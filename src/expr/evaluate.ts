import { unreachable } from '../core/errors.ts'
import type { CompareNode, ConditionNode, FieldNode, TimestampNode } from './node.ts'

/** Compiles a field to a function of the value; undefined when the field is absent. */
export function evaluateField(node: FieldNode): (value: unknown) => unknown {
  const [first, ...rest] = node.path as [string, ...string[]]
  if (rest.length === 0) return (value) => member(value, first)
  return (value) => rest.reduce(member, member(value, first))
}

/** Own members of objects only: neither array elements nor `length`, nor what a prototype has. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

/** Compiles a condition to a function of the value. This is what a condition means; the kernel does the same. */
export function evaluateCondition(node: ConditionNode): (value: unknown) => boolean {
  switch (node.kind) {
    case 'compare':
      return evaluateCompare(node)
    case 'and': {
      const [left, right] = [evaluateCondition(node.left), evaluateCondition(node.right)]
      return (value) => left(value) && right(value)
    }
    case 'or': {
      const [left, right] = [evaluateCondition(node.left), evaluateCondition(node.right)]
      return (value) => left(value) || right(value)
    }
    case 'not': {
      const operand = evaluateCondition(node.operand)
      return (value) => !operand(value)
    }
    default:
      return unreachable(node)
  }
}

function evaluateCompare({ field, op, value: right }: CompareNode): (value: unknown) => boolean {
  const read = evaluateField(field)
  const holds = comparisons[op]
  return (value) => {
    const left = read(value)
    return typeof left === typeof right && holds(left as typeof right, right)
  }
}

type Comparable = string | number | boolean

const comparisons: Readonly<Record<CompareNode['op'], (left: Comparable, right: Comparable) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
}

/**
 * Compiles an event time to a function of the value: floor(field x unit + 0.5), undefined when the field is absent,
 * not a finite number, or the result not a safe integer.
 */
export function evaluateTimestamp({ field, unitMs }: TimestampNode): (value: unknown) => number | undefined {
  const read = evaluateField(field)
  return (value) => {
    const time = read(value)
    if (typeof time !== 'number') return undefined
    const ms = Math.floor(time * unitMs + 0.5)
    return Number.isSafeInteger(ms) ? ms : undefined
  }
}
