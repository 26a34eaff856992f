import { unreachable } from '../../core/errors.ts'
import type { Predicate } from '../program.ts'
import type { MemoryImage } from './memory-image.ts'

type Comparison = Extract<Predicate, { kind: 'compare' }>

export interface FilterCode {
  /** The address of its operations; 0 without a filter. */
  readonly at: number
  readonly length: number
  /** Columns of results held at once, at most. */
  readonly depth: number
}

/** One operation as assembly/filter.ts has it. */
interface Operation {
  readonly code: number
  readonly column?: number
  readonly holds?: number
  readonly text?: string
  readonly number?: number
}

const code = { compareNumber: 0, compareText: 1, isKind: 2, and: 3, or: 4, not: 5 } as const
const kind = { true: 4, false: 5 } as const
const operationBytes = 32

/** For which outcomes a comparison of numbers holds: less 1, equal 2, greater 4. */
const outcomes: Readonly<Record<Comparison['op'], number>> = { eq: 2, ne: 5, gt: 4, ge: 6, lt: 1, le: 3 }

export function layOutFilter(
  image: MemoryImage,
  filter: Predicate | undefined,
  columns: readonly number[],
): FilterCode {
  if (!filter) return { at: 0, length: 0, depth: 0 }
  const operations = postfix(filter, columns)
  const at = image.reserve(operations.length * operationBytes)
  operations.forEach((operation, i) => {
    const text = image.text(operation.text ?? '')
    const here = at + i * operationBytes
    image.words(here, operation.code, operation.column ?? 0, operation.holds ?? 0, text.at, text.length)
    image.doubles(here + 24, operation.number ?? 0)
  })
  return { at, length: operations.length, depth: depthOf(filter) }
}

function postfix(predicate: Predicate, columns: readonly number[]): Operation[] {
  switch (predicate.kind) {
    case 'compare':
      return [comparison(predicate, columns[predicate.field]!)]
    case 'not':
      return [...postfix(predicate.operand, columns), { code: code.not }]
    case 'and':
    case 'or': {
      // The deeper side first: the stack then holds at most log2(comparisons) + 1 columns.
      const [first, second] = byDepth(predicate.left, predicate.right)
      return [...postfix(first, columns), ...postfix(second, columns), { code: code[predicate.kind] }]
    }
    default:
      return unreachable(predicate)
  }
}

function byDepth(a: Predicate, b: Predicate): readonly [Predicate, Predicate] {
  return depthOf(a) >= depthOf(b) ? [a, b] : [b, a]
}

function depthOf(predicate: Predicate): number {
  switch (predicate.kind) {
    case 'compare':
      return 1
    case 'not':
      return depthOf(predicate.operand)
    default: {
      const left = depthOf(predicate.left)
      const right = depthOf(predicate.right)
      return left === right ? left + 1 : Math.max(left, right)
    }
  }
}

function comparison({ op, value }: Comparison, column: number): Operation {
  switch (typeof value) {
    case 'number': {
      // NaN is unequal to every number, and neither smaller nor greater.
      const holds = Number.isNaN(value) ? (op === 'ne' ? 7 : 0) : outcomes[op]
      return { code: code.compareNumber, column, holds, number: value }
    }
    case 'string':
      return op === 'eq' || op === 'ne'
        ? { code: code.compareText, column, holds: op === 'eq' ? 1 : 0, text: value }
        : never
    default:
      return op === 'eq' || op === 'ne'
        ? { code: code.isKind, column, holds: value === (op === 'eq') ? kind.true : kind.false }
        : never
  }
}

/** Texts and booleans have no order. */
const never: Operation = { code: code.compareNumber, holds: 0 }
