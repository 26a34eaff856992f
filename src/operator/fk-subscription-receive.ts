import type { StreamRecord } from '../core/record.ts'
import type { SubscriptionReceiveNode } from '../plan/node.ts'
import type { CombinedKey } from '../serde/combined-key.ts'
import type { Subscription } from '../serde/subscription.ts'
import type { KeyValueStore, ValueAndTimestamp } from '../store/state-stores.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'

/** By the bytes of a CombinedKey. */
export type SubscriptionStore = KeyValueStore<Uint8Array, ValueAndTimestamp<Subscription>>

/** Keeps subscriptions, and forwards them with both keys. Those without a foreign key only want an answer. */
export class SubscriptionReceiveOperator implements Operator {
  readonly #node: SubscriptionReceiveNode
  readonly #context: OperatorContext
  readonly #store: SubscriptionStore
  readonly #next: Operator

  constructor(node: SubscriptionReceiveNode, context: OperatorContext, next: Operator) {
    this.#node = node
    this.#context = context
    this.#store = context.store<SubscriptionStore>(node.store)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const subscription = record.value as Subscription
    const key: CombinedKey = { foreignKey: record.key, primaryKey: subscription.primaryKey }
    if (key.foreignKey !== null) {
      this.#keep(key, subscription, record.timestamp)
    } else if (subscription.instruction !== 'propagate-null-if-no-fk-val-available') {
      this.#context.dropped(this.#node.name, 'null-foreign-key')
      return
    }
    this.#next.process({ ...record, key })
  }

  #keep(key: CombinedKey, subscription: Subscription, timestamp: number): void {
    const { instruction } = subscription
    const ends = instruction === 'delete-key-and-propagate' || instruction === 'delete-key-no-propagate'
    this.#store.put(this.#node.keySerde.serialize(key), ends ? null : { value: subscription, timestamp })
  }
}
