import type { StreamRecord } from '../core/record.ts'
import type { AggregateNode } from '../plan/node.ts'
import { type Aggregator, aggregatorOf } from './aggregator.ts'
import type { Change } from './change.ts'
import type { KeyValueStore, OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'

/** An aggregate per key (Java's KStreamAggregate). The update carries the record's headers; the store logs none. */
export class AggregateOperator implements Operator {
  readonly #name: string
  readonly #context: OperatorContext
  readonly #store: KeyValueStore
  readonly #aggregator: Aggregator
  readonly #next: Operator

  constructor(node: AggregateNode, context: OperatorContext, next: Operator) {
    this.#name = node.name
    this.#context = context
    this.#store = context.keyValueStore(node.store)
    this.#aggregator = aggregatorOf(node)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key, value, headers } = record
    if (key === null) {
      this.#context.dropped(this.#name, 'null-key')
      return
    }
    if (value === null) {
      this.#context.dropped(this.#name, 'null-value')
      return
    }
    const old = this.#store.get(key)
    const timestamp = old ? Math.max(old.timestamp, record.timestamp) : record.timestamp
    const newValue = this.#aggregator.add(old ? old.value : this.#aggregator.init(), value, key)
    this.#store.put(key, newValue, timestamp)
    this.#next.process({ key, value: { newValue } satisfies Change<unknown>, timestamp, headers })
  }
}
