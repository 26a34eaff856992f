import type { StreamRecord } from '../core/record.ts'
import type { RepartitionFilterNode } from '../plan/node.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'

/**
 * Leaves out records without a key, which have no partition of their own, unless what comes behind takes them (KIP-962).
 * Java does so without a trace; here the dropped hook hears of them.
 */
export class RepartitionFilterOperator implements Operator {
  readonly #name: string
  readonly #keepNullKeys: boolean
  readonly #context: OperatorContext
  readonly #next: Operator

  constructor(node: RepartitionFilterNode, context: OperatorContext, next: Operator) {
    this.#name = node.name
    this.#keepNullKeys = node.keepNullKeys ?? false
    this.#context = context
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    if (record.key === null && !this.#keepNullKeys) this.#context.dropped(this.#name, 'null-key')
    else this.#next.process(record)
  }
}
