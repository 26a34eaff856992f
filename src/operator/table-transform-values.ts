import type { StreamRecord } from '../core/record.ts'
import type { TableTransformValuesNode } from '../plan/node.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'
import { TableUpdates } from './table-updates.ts'
import { type RunningTransformer, runTransformer } from './value-transformer.ts'

/** The transformer sees deletions too (Java's KTableTransformValues). */
export class TableTransformValuesOperator implements Operator {
  readonly #sendOldValues: boolean
  readonly #transformer: RunningTransformer
  readonly #updates: TableUpdates | undefined
  readonly #next: Operator

  constructor(node: TableTransformValuesNode, context: OperatorContext, next: Operator) {
    const { store, sendOldValues } = node
    this.#sendOldValues = sendOldValues
    this.#transformer = runTransformer(node, context)
    this.#updates =
      store === undefined ? undefined : new TableUpdates({ store, sendOldValues }, context, next)
    this.#next = next
  }

  init(): void {
    this.#transformer.init()
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key } = record
    const change = record.value as Change<unknown>
    const newValue = this.#transformer.transform(change.newValue, key)
    if (this.#updates) {
      this.#updates.put({ ...record, value: newValue }, this.#updates.oldValue(key))
      return
    }
    const oldValue = this.#sendOldValues ? this.#transformer.transform(change.oldValue, key) : null
    this.#next.process({ ...record, value: { ...change, newValue, oldValue } })
  }

  close(): void {
    this.#transformer.close()
  }
}
