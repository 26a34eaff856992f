import { StreamsError } from '../core/errors.ts'
import type { StreamRecord } from '../core/record.ts'
import { evaluateCondition } from '../expr/evaluate.ts'
import type { FilterNode } from '../plan/node.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'

export class FilterOperator implements Operator {
  readonly #matches: (value: unknown, key: unknown) => boolean
  readonly #keep: boolean
  readonly #next: Operator

  constructor(node: FilterNode, next: Operator) {
    this.#matches = predicate(node)
    this.#keep = !node.not
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    // A function may return any value that is true or false enough.
    if (Boolean(this.#matches(record.value, record.key)) === this.#keep) this.#next.process(record)
  }
}

function predicate({ name, expression, lambda }: FilterNode): (value: unknown, key: unknown) => boolean {
  if (expression) return evaluateCondition(expression)
  if (lambda) return guard(name, lambda)
  throw new StreamsError('internal', `${name} has neither expression nor lambda`)
}
