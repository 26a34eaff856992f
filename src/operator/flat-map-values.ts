import type { StreamRecord } from '../core/record.ts'
import type { FlatMapValuesNode } from '../plan/node.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'
import { checkIterable } from './returned.ts'

export class FlatMapValuesOperator implements Operator {
  readonly #name: string
  readonly #map: (value: unknown, key: unknown) => Iterable<unknown>
  readonly #next: Operator

  constructor({ name, lambda }: FlatMapValuesNode, next: Operator) {
    this.#name = name
    this.#map = guard(name, lambda)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const values = checkIterable(this.#name, this.#map(record.value, record.key))
    for (const value of values) this.#next.process({ ...record, value })
  }
}
