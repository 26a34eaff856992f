import type { StreamRecord } from '../core/record.ts'
import type { FlatMapNode, KeyValuePair } from '../plan/node.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'
import { checkIterable, checkPair } from './returned.ts'

export class FlatMapOperator implements Operator {
  readonly #name: string
  readonly #map: (value: unknown, key: unknown) => Iterable<KeyValuePair>
  readonly #next: Operator

  constructor({ name, lambda }: FlatMapNode, next: Operator) {
    this.#name = name
    this.#map = guard(name, lambda)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    for (const pair of checkIterable(this.#name, this.#map(record.value, record.key))) {
      const [key, value] = checkPair(this.#name, pair)
      this.#next.process({ ...record, key, value })
    }
  }
}
