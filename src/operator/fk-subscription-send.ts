import { compareBytes } from '../core/bytes.ts'
import type { StreamRecord } from '../core/record.ts'
import type { SubscriptionSendNode } from '../plan/node.ts'
import { murmur3 } from '../protocol/murmur3.ts'
import type { Subscription, SubscriptionInstruction } from '../serde/subscription.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'

/**
 * Turns updates of the left table into subscriptions to rows of the right one, and withdraws those before. Some of the
 * tombstones this leads to are superfluous: nobody knows here whether the row before had found a partner.
 */
export class SubscriptionSendOperator implements Operator {
  readonly #node: SubscriptionSendNode
  readonly #context: OperatorContext
  readonly #next: Operator
  readonly #foreignKey: (value: unknown, key: unknown) => unknown

  constructor(node: SubscriptionSendNode, context: OperatorContext, next: Operator) {
    this.#node = node
    this.#context = context
    this.#next = next
    const extract = guard(node.name, node.foreignKey)
    this.#foreignKey = (value, key) => (value === null ? null : (extract(value, key) ?? null))
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { newValue, oldValue, isLatest } = record.value as Change<unknown>
    if (!isLatest) {
      this.#context.dropped(this.#node.name, 'outdated')
      return
    }
    const oldKey = this.#foreignKey(oldValue, record.key)
    const newKey = this.#foreignKey(newValue, record.key)
    const send = this.#sender(record, newValue)
    if (!this.#node.left) this.#inner(newValue, oldKey, newKey, send)
    else if (oldValue !== null || newValue !== null) this.#left(oldKey, newKey, send)
  }

  /** Every update needs an answer, also one that no row of the right table can give: it is sent without a foreign key. */
  #left(oldKey: unknown, newKey: unknown, send: Send): void {
    if (oldKey !== null && this.#differ(oldKey, newKey)) send(oldKey, 'delete-key-no-propagate')
    send(newKey, 'propagate-null-if-no-fk-val-available')
  }

  #inner(newValue: unknown, oldKey: unknown, newKey: unknown, send: Send): void {
    if (newKey === null) {
      if (newValue !== null) this.#context.dropped(this.#node.name, 'null-foreign-key')
      if (oldKey !== null) send(oldKey, 'delete-key-and-propagate')
    } else if (oldKey !== null && this.#differ(oldKey, newKey)) {
      // The answer to the new subscription is enough; if there is no value, it takes back the result before.
      send(oldKey, 'delete-key-no-propagate')
      send(newKey, 'propagate-null-if-no-fk-val-available')
    } else {
      send(newKey, 'propagate-only-if-fk-val-available')
    }
  }

  #differ(oldKey: unknown, newKey: unknown): boolean {
    const { foreignKeySerde } = this.#node
    return (
      newKey === null ||
      compareBytes(foreignKeySerde.serialize(oldKey), foreignKeySerde.serialize(newKey)) !== 0
    )
  }

  #sender(record: StreamRecord<unknown, unknown>, newValue: unknown): Send {
    const hash = newValue === null ? null : murmur3(this.#node.valueSerde.serialize(newValue))
    const primaryPartition = this.#context.partition
    return (foreignKey, instruction) => {
      const value: Subscription = { hash, instruction, primaryKey: record.key, primaryPartition }
      this.#next.process({ ...record, key: foreignKey, value })
    }
  }
}

type Send = (foreignKey: unknown, instruction: SubscriptionInstruction) => void
