import type { StreamRecord } from '../core/record.ts'
import type { StreamGlobalJoinNode } from '../plan/node.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import { LookupJoin } from './lookup-join.ts'
import type { Operator } from './operator.ts'

/** Joins each record with the global table's value of a key made from it (Java's KStreamGlobalKTableJoin). */
export class StreamGlobalJoinOperator implements Operator {
  readonly #table: LookupJoin
  readonly #keyOf: (value: unknown, key: unknown) => unknown

  constructor(node: StreamGlobalJoinNode, context: OperatorContext, next: Operator) {
    this.#table = new LookupJoin(node, context, next)
    this.#keyOf = guard(node.name, node.keyOf)
  }

  init(): void {
    this.#table.init()
  }

  close(): void {
    this.#table.close()
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const tableKey = this.#keyOf(record.value, record.key) ?? null
    if (this.#table.accepts(record.value, tableKey)) this.#table.join(record, tableKey)
  }
}
