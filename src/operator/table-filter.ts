import type { StreamRecord } from '../core/record.ts'
import type { TableFilterNode } from '../plan/node.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'
import { predicateOf } from './predicate.ts'
import { TableUpdates } from './table-updates.ts'

/** Values that do not match are deleted (Java's KTableFilter). */
export class TableFilterOperator implements Operator {
  readonly #node: TableFilterNode
  readonly #matches: (value: unknown, key: unknown) => boolean
  readonly #updates: TableUpdates | undefined
  readonly #next: Operator

  constructor(node: TableFilterNode, context: OperatorContext, next: Operator) {
    const { store, sendOldValues } = node
    this.#node = node
    this.#matches = predicateOf(node)
    this.#updates =
      store === undefined ? undefined : new TableUpdates({ store, sendOldValues }, context, next)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key } = record
    const change = record.value as Change<unknown>
    const newValue = this.#filtered(key, change.newValue)
    const oldValue = this.#oldValue(key, change)
    if (this.#isUnnecessary(newValue, oldValue)) return
    if (this.#updates) this.#updates.put({ ...record, value: newValue }, oldValue)
    else this.#next.process({ ...record, value: { ...change, newValue, oldValue } })
  }

  /** Neither was there a value, nor is there one now. Of a versioned table, it may be news about the past. */
  #isUnnecessary(newValue: unknown, oldValue: unknown): boolean {
    return !this.#node.versioned && this.#node.sendOldValues && newValue === null && oldValue === null
  }

  #oldValue(key: unknown, change: Change<unknown>): unknown {
    if (!this.#node.sendOldValues) return null
    return this.#updates ? this.#updates.oldValue(key) : this.#filtered(key, change.oldValue)
  }

  #filtered(key: unknown, value: unknown): unknown {
    return value !== null && Boolean(this.#matches(value, key)) !== this.#node.not ? value : null
  }
}
