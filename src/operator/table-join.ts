import type { StreamRecord } from '../core/record.ts'
import type { TableJoinNode } from '../plan/node.ts'
import type { ValueAndTimestamp } from '../store/state-stores.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'
import { type TableLookup, tableLookup } from './table-view.ts'

/**
 * One side of a table-table join: joins its own updates with what the other table holds by then (Java's
 * KTableKTableInnerJoin, LeftJoin, RightJoin and OuterJoin). A result is of the later of the two times.
 */
export class TableJoinOperator implements Operator {
  readonly #node: TableJoinNode
  readonly #context: OperatorContext
  readonly #next: Operator
  readonly #other: TableLookup
  readonly #joiner: (own: unknown, other: unknown, key: unknown) => unknown
  /** Without a value of its own, or of the other side, there is no result. */
  readonly #needsOwn: boolean
  readonly #needsOther: boolean

  constructor(node: TableJoinNode, context: OperatorContext, next: Operator) {
    this.#node = node
    this.#context = context
    this.#next = next
    this.#other = tableLookup(node.other, context)
    const joiner = guard(node.name, node.joiner)
    this.#joiner = node.side === 'left' ? joiner : (own, other, key) => joiner(other, own, key)
    this.#needsOwn = node.join === 'inner' || (node.join === 'left' && node.side === 'left')
    this.#needsOther = node.join === 'inner' || (node.join === 'left' && node.side === 'right')
  }

  init(): void {
    this.#other.init?.()
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key } = record
    const { newValue, oldValue, isLatest } = record.value as Change<unknown>
    if (key === null) {
      this.#context.dropped(this.#node.name, 'null-key')
      return
    }
    if (!isLatest) {
      this.#context.dropped(this.#node.name, 'outdated')
      return
    }
    const other = this.#other.get(key)
    if (!other && (this.#needsOther || (newValue === null && oldValue === null))) return
    const value: Change<unknown> = {
      newValue: this.#join(newValue, other, key),
      oldValue: this.#node.sendOldValues ? this.#join(oldValue, other, key) : null,
      isLatest,
    }
    const timestamp = Math.max(record.timestamp, other?.timestamp ?? -1)
    this.#context.forward(this.#next, { ...record, value, timestamp })
  }

  close(): void {
    this.#other.close?.()
  }

  #join(own: unknown, other: ValueAndTimestamp<unknown> | undefined, key: unknown): unknown {
    if (own === null && (this.#needsOwn || !other)) return null
    return this.#joiner(own, other ? other.value : null, key) ?? null
  }
}
