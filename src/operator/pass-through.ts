import type { StreamRecord } from '../core/record.ts'
import type { Operator } from './operator.ts'

export class PassThroughOperator implements Operator {
  readonly #next: Operator

  constructor(next: Operator) {
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    this.#next.process(record)
  }
}
