import type { StreamRecord } from '../core/record.ts'
import type { SubscriptionJoinNode } from '../plan/node.ts'
import type { CombinedKey } from '../serde/combined-key.ts'
import type { Subscription, SubscriptionResponse } from '../serde/subscription.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'
import { type TableLookup, tableLookup } from './table-view.ts'

/** Answers a subscription as it asks for. The answer is of the later of the two times. */
export class SubscriptionJoinOperator implements Operator {
  readonly #foreignValues: TableLookup
  readonly #context: OperatorContext
  readonly #next: Operator

  constructor(node: SubscriptionJoinNode, context: OperatorContext, next: Operator) {
    this.#foreignValues = tableLookup(node.view, context)
    this.#context = context
    this.#next = next
  }

  init(): void {
    this.#foreignValues.init?.()
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { foreignKey, primaryKey } = record.key as CombinedKey
    const { hash, instruction, primaryPartition } = record.value as Subscription
    if (instruction === 'delete-key-no-propagate') return
    const found = foreignKey === null ? undefined : this.#foreignValues.get(foreignKey)
    if (!found && instruction === 'propagate-only-if-fk-val-available') return
    const foreignValue = found && instruction !== 'delete-key-and-propagate' ? found.value : null
    this.#context.forward(this.#next, {
      ...record,
      key: primaryKey,
      value: { hash, foreignValue, primaryPartition } satisfies SubscriptionResponse,
      timestamp: Math.max(record.timestamp, found?.timestamp ?? -1),
    })
  }

  close(): void {
    this.#foreignValues.close?.()
  }
}
