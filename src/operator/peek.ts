import type { StreamRecord } from '../core/record.ts'
import type { PeekNode } from '../plan/node.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'

/** Java's peek, foreach and print. */
export class PeekOperator implements Operator {
  readonly #look: (value: unknown, key: unknown) => void
  readonly #next: Operator | undefined

  constructor({ name, lambda, forward }: PeekNode, next: Operator) {
    this.#look = guard(name, lambda)
    this.#next = forward ? next : undefined
  }

  process(record: StreamRecord<unknown, unknown>): void {
    this.#look(record.value, record.key)
    this.#next?.process(record)
  }
}
