import type { StreamRecord } from '../core/record.ts'
import type { ForeignTableNode } from '../plan/node.ts'
import type { SubscriptionResponse } from '../serde/subscription.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import type { SubscriptionStore } from './fk-subscription-receive.ts'
import type { Operator } from './operator.ts'

/** Sends an update of the right table to everybody who subscribed to its key, in the order of the primary keys' bytes. */
export class ForeignTableOperator implements Operator {
  readonly #node: ForeignTableNode
  readonly #context: OperatorContext
  readonly #store: SubscriptionStore
  readonly #next: Operator

  constructor(node: ForeignTableNode, context: OperatorContext, next: Operator) {
    this.#node = node
    this.#context = context
    this.#store = context.store<SubscriptionStore>(node.store)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { name, keySerde } = this.#node
    const { newValue, isLatest } = record.value as Change<unknown>
    if (record.key === null) {
      this.#context.dropped(name, 'null-key')
      return
    }
    if (!isLatest) {
      this.#context.dropped(name, 'outdated')
      return
    }
    for (const { key, value } of this.#store.prefixScan(keySerde.prefix(record.key))) {
      const { hash, primaryPartition } = value.value
      const response: SubscriptionResponse = { hash, foreignValue: newValue, primaryPartition }
      this.#next.process({ ...record, key: keySerde.deserialize(key).primaryKey, value: response })
    }
  }
}
