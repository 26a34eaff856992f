import { compareBytes } from '../core/bytes.ts'
import { StreamsError } from '../core/errors.ts'
import type { StreamRecord } from '../core/record.ts'
import type { KeyValuePair, TableGroupByNode } from '../plan/node.ts'
import type { Change } from './change.ts'
import { guard } from './guard.ts'
import type { Operator } from './operator.ts'

/**
 * Gives updates the key and value of their group (Java's KTableRepartitionMap). A value that stays in its group is one
 * update there; one that moves is taken from the old group first, and then added to the new one.
 */
export class TableGroupByOperator implements Operator {
  readonly #select: (value: unknown, key: unknown) => KeyValuePair
  readonly #sameKey: (one: unknown, two: unknown) => boolean
  readonly #latestOnly: boolean
  readonly #next: Operator

  constructor(node: TableGroupByNode, next: Operator) {
    const { name, lambda, keySerde, versioned } = node
    this.#select = guard(name, lambda)
    this.#sameKey = (one, two) =>
      one === two || compareBytes(keySerde.serialize(one), keySerde.serialize(two)) === 0
    this.#latestOnly = versioned ?? false
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    if (record.key === null) throw new StreamsError('internal', 'the update of a table has no key')
    const { newValue, oldValue, isLatest } = record.value as Change<unknown>
    if (this.#latestOnly && !isLatest) return
    const added = this.#pair(record.key, newValue)
    const removed = this.#pair(record.key, oldValue)
    if (added && removed && this.#sameKey(added[0], removed[0])) {
      this.#forward(record, removed[0], { newValue: added[1], oldValue: removed[1], isLatest })
      return
    }
    if (removed) this.#forward(record, removed[0], { newValue: null, oldValue: removed[1], isLatest })
    if (added) this.#forward(record, added[0], { newValue: added[1], oldValue: null, isLatest })
  }

  /** @returns undefined if there is no value, or if it belongs to no group. */
  #pair(key: unknown, value: unknown): KeyValuePair | undefined {
    if (value === null) return undefined
    const pair = this.#select(value, key)
    const [groupKey, groupValue] = pair ?? [null, null]
    return isNothing(groupKey) || isNothing(groupValue) ? undefined : pair
  }

  #forward(record: StreamRecord<unknown, unknown>, key: unknown, value: Change<unknown>): void {
    this.#next.process({ ...record, key, value })
  }
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined
}
