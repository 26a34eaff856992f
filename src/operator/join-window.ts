import type { StreamRecord } from '../core/record.ts'
import type { JoinWindowNode } from '../plan/node.ts'
import type { WindowStore } from '../store/state-stores.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'

/**
 * Remembers one side of a stream-stream join (Java's KStreamJoinWindow). It forwards first: a record of a self join
 * must not meet itself. Each record is the beginning of a window of its own.
 */
export class JoinWindowOperator implements Operator {
  readonly #store: WindowStore<unknown, unknown>
  readonly #next: Operator

  constructor(node: JoinWindowNode, context: OperatorContext, next: Operator) {
    this.#store = context.store(node.store)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    this.#next.process(record)
    if (record.key !== null) this.#store.put(record.key, record.value, record.timestamp)
  }
}
