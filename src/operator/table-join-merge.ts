import type { StreamRecord } from '../core/record.ts'
import type { TableJoinMergeNode } from '../plan/node.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'
import { TableUpdates } from './table-updates.ts'

/** Makes one table of the results of both sides of a table-table join (Java's KTableKTableJoinMerger). */
export class TableJoinMergeOperator implements Operator {
  readonly #sendOldValues: boolean
  readonly #updates: TableUpdates | undefined
  readonly #next: Operator

  constructor({ store, sendOldValues }: TableJoinMergeNode, context: OperatorContext, next: Operator) {
    this.#sendOldValues = sendOldValues
    this.#updates =
      store === undefined ? undefined : new TableUpdates({ store, sendOldValues }, context, next)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const change = record.value as Change<unknown>
    if (this.#updates) this.#updates.put({ ...record, value: change.newValue }, change.oldValue)
    else if (this.#sendOldValues) this.#next.process(record)
    else this.#next.process({ ...record, value: { ...change, oldValue: null } })
  }
}
