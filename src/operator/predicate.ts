import { StreamsError } from '../core/errors.ts'
import { evaluateCondition } from '../expr/evaluate.ts'
import type { FilterNode } from '../plan/node.ts'
import { guard } from './guard.ts'

/** A test of records, given as expression or function. A function may return any value that is true or false enough. */
export function predicateOf({
  name,
  expression,
  lambda,
}: Pick<FilterNode, 'name' | 'expression' | 'lambda'>): (value: unknown, key: unknown) => boolean {
  if (expression) return evaluateCondition(expression)
  if (!lambda) throw new StreamsError('internal', `${name} has neither expression nor lambda`)
  const test = guard(name, lambda)
  return (value, key) => Boolean(test(value, key))
}
