import type { StreamRecord } from '../core/record.ts'
import type { AggregateNode } from '../plan/node.ts'
import { type Aggregator, aggregatorOf } from './aggregator.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'
import { TableUpdates } from './table-updates.ts'

/**
 * An aggregate per key (Java's KStreamAggregate, KStreamReduce), of the time of its latest record. The update carries the
 * record's headers; the store logs none.
 */
export class AggregateOperator implements Operator {
  readonly #name: string
  readonly #context: OperatorContext
  readonly #updates: TableUpdates
  readonly #aggregator: Aggregator

  constructor(node: AggregateNode, context: OperatorContext, next: Operator) {
    this.#name = node.name
    this.#context = context
    this.#updates = new TableUpdates(node, context, next)
    this.#aggregator = aggregatorOf(node)
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key, value } = record
    if (key === null) this.#context.dropped(this.#name, 'null-key')
    else if (value === null) this.#context.dropped(this.#name, 'null-value')
    else this.#add(record)
  }

  #add(record: StreamRecord<unknown, unknown>): void {
    const { key, value } = record
    const found = this.#updates.get(key)
    const old = found ? found.value : this.#aggregator.init()
    const timestamp = found ? Math.max(found.timestamp, record.timestamp) : record.timestamp
    this.#updates.put({ ...record, value: this.#aggregator.add(old, value, key), timestamp }, old)
  }
}
