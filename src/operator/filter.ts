import type { StreamRecord } from '../core/record.ts'
import type { FilterNode } from '../plan/node.ts'
import type { Operator } from './operator.ts'
import { predicateOf } from './predicate.ts'

export class FilterOperator implements Operator {
  readonly #matches: (value: unknown, key: unknown) => boolean
  readonly #keep: boolean
  readonly #next: Operator

  constructor(node: FilterNode, next: Operator) {
    this.#matches = predicateOf(node)
    this.#keep = !node.not
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    if (this.#matches(record.value, record.key) === this.#keep) this.#next.process(record)
  }
}
