import type { StreamRecord } from '../core/record.ts'
import type { TableMapValuesNode } from '../plan/node.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import { mapper } from './map-values.ts'
import type { Operator } from './operator.ts'
import { TableUpdates } from './table-updates.ts'

/** Deletions pass; the mapper does not see them (Java's KTableMapValues). */
export class TableMapValuesOperator implements Operator {
  readonly #sendOldValues: boolean
  readonly #map: (value: unknown, key: unknown) => unknown
  readonly #updates: TableUpdates | undefined
  readonly #next: Operator

  constructor(node: TableMapValuesNode, context: OperatorContext, next: Operator) {
    const { store, sendOldValues } = node
    this.#sendOldValues = sendOldValues
    this.#map = mapper(node)
    this.#updates =
      store === undefined ? undefined : new TableUpdates({ store, sendOldValues }, context, next)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key } = record
    const change = record.value as Change<unknown>
    const newValue = this.#mapped(key, change.newValue)
    if (this.#updates) {
      this.#updates.put({ ...record, value: newValue }, this.#updates.oldValue(key))
      return
    }
    const oldValue = this.#sendOldValues ? this.#mapped(key, change.oldValue) : null
    this.#next.process({ ...record, value: { ...change, newValue, oldValue } })
  }

  #mapped(key: unknown, value: unknown): unknown {
    return value === null ? null : (this.#map(value, key) ?? null)
  }
}
