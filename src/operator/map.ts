import type { StreamRecord } from '../core/record.ts'
import type { KeyValuePair, MapNode } from '../plan/node.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'
import { checkPair } from './returned.ts'

export class MapOperator implements Operator {
  readonly #name: string
  readonly #map: (value: unknown, key: unknown) => KeyValuePair
  readonly #next: Operator

  constructor({ name, lambda }: MapNode, next: Operator) {
    this.#name = name
    this.#map = guard(name, lambda)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const [key, value] = checkPair(this.#name, this.#map(record.value, record.key))
    this.#next.process({ ...record, key, value })
  }
}
