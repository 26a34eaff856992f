import { compareBytes } from '../core/bytes.ts'
import type { StreamRecord } from '../core/record.ts'
import type { ResponseJoinNode } from '../plan/node.ts'
import { murmur3 } from '../protocol/murmur3.ts'
import type { SubscriptionResponse } from '../serde/subscription.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'
import { type TableLookup, tableLookup } from './table-view.ts'

/**
 * Joins an answer with the left table's value. One to a question about another value than that is out of date. In an
 * inner join this can leave a result that should go, in Java as here: the left row may change, to a value that gets no
 * answer, before the answer that takes the result back is here.
 */
export class ResponseJoinOperator implements Operator {
  readonly #node: ResponseJoinNode
  readonly #context: OperatorContext
  readonly #next: Operator
  readonly #leftValues: TableLookup
  readonly #joiner: (left: unknown, right: unknown, key: unknown) => unknown

  constructor(node: ResponseJoinNode, context: OperatorContext, next: Operator) {
    this.#node = node
    this.#context = context
    this.#next = next
    this.#leftValues = tableLookup(node.view, context)
    this.#joiner = guard(node.name, node.joiner)
  }

  init(): void {
    this.#leftValues.init?.()
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { hash, foreignValue } = record.value as SubscriptionResponse
    const current = this.#leftValues.get(record.key)
    const currentHash = current ? murmur3(this.#node.valueSerde.serialize(current.value)) : null
    if (!sameHash(hash, currentHash)) {
      this.#context.dropped(this.#node.name, 'outdated')
      return
    }
    const joins = current !== undefined && (foreignValue !== null || this.#node.left)
    const value = joins ? (this.#joiner(current.value, foreignValue, record.key) ?? null) : null
    this.#next.process({ ...record, value })
  }

  close(): void {
    this.#leftValues.close?.()
  }
}

function sameHash(one: Uint8Array | null, two: Uint8Array | null): boolean {
  return one === null || two === null ? one === two : compareBytes(one, two) === 0
}
