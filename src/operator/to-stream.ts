import type { StreamRecord } from '../core/record.ts'
import type { Change } from './change.ts'
import type { Operator } from './operator.ts'

export class ToStreamOperator implements Operator {
  readonly #next: Operator

  constructor(next: Operator) {
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    this.#next.process({ ...record, value: (record.value as Change<unknown>).newValue })
  }
}
