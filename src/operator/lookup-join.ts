import type { StreamRecord } from '../core/record.ts'
import type { StreamGlobalJoinNode, StreamTableJoinNode } from '../plan/node.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'
import { type TableLookup, tableLookup } from './table-view.ts'

/**
 * Joins records of a stream with the values of a table, global or not (Java's KStreamKTableJoinProcessor): with the
 * value as it is now or, if the table is versioned, as it was at the record's time. The result has the record's time.
 */
export class LookupJoin {
  readonly #name: string
  readonly #left: boolean
  readonly #context: OperatorContext
  readonly #table: TableLookup
  readonly #join: (left: unknown, right: unknown, key: unknown) => unknown
  readonly #next: Operator

  constructor(node: StreamTableJoinNode | StreamGlobalJoinNode, context: OperatorContext, next: Operator) {
    this.#name = node.name
    this.#left = node.left
    this.#context = context
    this.#table = tableLookup(node.view, context)
    this.#join = guard(node.name, node.joiner)
    this.#next = next
  }

  init(): void {
    this.#table.init?.()
  }

  close(): void {
    this.#table.close?.()
  }

  /**
   * Whether a record can have a result: it needs a value, and, but for a left join, a key to look up (KIP-962). If not,
   * it counts as dropped.
   */
  accepts(value: unknown, tableKey: unknown): boolean {
    if (value !== null && (tableKey !== null || this.#left)) return true
    this.#context.dropped(this.#name, tableKey === null ? 'null-key' : 'null-value')
    return false
  }

  /** Hands on the result, if there is one. */
  join(record: StreamRecord<unknown, unknown>, tableKey: unknown): void {
    const { key, value, timestamp } = record
    const found = tableKey === null ? undefined : this.#find(tableKey, timestamp)
    if (!found && !this.#left) return
    this.#next.process({ ...record, value: this.#join(value, found?.value ?? null, key) })
  }

  #find(tableKey: unknown, timestamp: number): ReturnType<TableLookup['get']> {
    return this.#table.versioned ? this.#table.getAsOf(tableKey, timestamp) : this.#table.get(tableKey)
  }
}
