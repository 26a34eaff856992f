import type { StreamRecord } from '../core/record.ts'
import type { StreamTableJoinNode } from '../plan/node.ts'
import type { JoinBuffer } from '../store/state-stores.ts'
import type { OperatorContext } from './context.ts'
import { LookupJoin } from './lookup-join.ts'
import type { Operator } from './operator.ts'

/**
 * Joins each record with the table's value of its key (Java's KStreamKTableJoin). With grace, records wait in a buffer
 * until stream time, as the buffer sees it, is that much later, and come out by time; one that is too late for the buffer is joined at once.
 */
export class StreamTableJoinOperator implements Operator {
  readonly #context: OperatorContext
  readonly #table: LookupJoin
  readonly #buffer: JoinBuffer<unknown, unknown> | undefined
  /** Where records go that do not wait any more. */
  readonly #due: Operator

  constructor(node: StreamTableJoinNode, context: OperatorContext, next: Operator) {
    this.#context = context
    this.#table = new LookupJoin(node, context, next)
    this.#buffer = node.buffer === undefined ? undefined : context.store(node.buffer)
    this.#due = { process: (record) => this.#table.join(record, record.key) }
  }

  init(): void {
    this.#table.init()
  }

  close(): void {
    this.#table.close()
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key, value } = record
    if (!this.#table.accepts(value, key)) return
    const buffer = this.#buffer
    // Java fails with a NullPointerException when it is to buffer a record without a key. That meets nobody at any time.
    if (buffer && key !== null && buffer.put(key, value, this.#context.record)) this.#release(buffer)
    else this.#due.process(record)
  }

  #release(buffer: JoinBuffer<unknown, unknown>): void {
    buffer.evict((key, value, { timestamp, headers, metadata }) =>
      this.#context.forwardAs(this.#due, { key, value, timestamp, headers }, metadata),
    )
  }
}
