import type { StreamRecord } from '../core/record.ts'
import type { TableSourceNode } from '../plan/node.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'
import { TableUpdates } from './table-updates.ts'

/**
 * Turns records into updates (Java's KTableSource). A record older than what is there replaces it all the same, except
 * in a versioned store.
 */
export class TableSourceOperator implements Operator {
  readonly #name: string
  readonly #context: OperatorContext
  readonly #updates: TableUpdates | undefined
  readonly #next: Operator

  constructor(node: TableSourceNode, context: OperatorContext, next: Operator) {
    const { name, store, sendOldValues } = node
    this.#name = name
    this.#context = context
    this.#updates =
      store === undefined ? undefined : new TableUpdates({ store, sendOldValues }, context, next)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key, value } = record
    if (key === null) {
      this.#context.dropped(this.#name, 'null-key')
    } else if (this.#updates) {
      this.#updates.put(record, this.#updates.oldValue(key))
    } else {
      const change: Change<unknown> = { newValue: value, oldValue: null, isLatest: true }
      this.#next.process({ ...record, value: change })
    }
  }
}
