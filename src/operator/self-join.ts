import type { StreamRecord } from '../core/record.ts'
import type { SelfJoinNode } from '../plan/node.ts'
import type { JoinWindows } from '../plan/windows.ts'
import type { WindowStore } from '../store/state-stores.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import { joinable } from './join-input.ts'
import type { Operator } from './operator.ts'

/**
 * A stream joined with itself by one store (Java's KStreamKStreamSelfJoin). A record is first the left side of earlier
 * ones, then the right side of them, and among these, where time comes to it, it meets itself.
 */
export class SelfJoinOperator implements Operator {
  readonly #name: string
  readonly #windows: JoinWindows
  readonly #retentionMs: number
  readonly #context: OperatorContext
  readonly #store: WindowStore<unknown, unknown>
  readonly #streamTime: { value: number }
  readonly #join: (left: unknown, right: unknown, key: unknown) => unknown
  readonly #next: Operator

  constructor(node: SelfJoinNode, context: OperatorContext, next: Operator) {
    const { windows } = node
    this.#name = node.name
    this.#windows = windows
    this.#retentionMs = windows.beforeMs + windows.afterMs + windows.graceMs
    this.#context = context
    this.#store = context.store(node.store)
    this.#streamTime = context.operatorTime(node.name)
    this.#join = guard(node.name, node.joiner)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    if (!joinable(record, this.#name, this.#context)) return
    const { value, timestamp } = record
    const { beforeMs, afterMs } = this.#windows
    // Joined before anything is emitted, as in Java, so that a joiner that fails leaves nothing half done.
    const withItself = this.#joined(record, value, value, timestamp)
    this.#streamTime.value = Math.max(this.#streamTime.value, timestamp)
    let due = timestamp > this.#streamTime.value - this.#retentionMs + 1
    for (const other of this.#around(record, beforeMs, afterMs)) {
      this.#emit(this.#joined(record, value, other.value, other.key))
    }
    for (const other of this.#around(record, afterMs, beforeMs)) {
      if (due && other.key > timestamp) {
        this.#emit(withItself)
        due = false
      }
      this.#emit(this.#joined(record, other.value, value, other.key))
    }
    if (due) this.#emit(withItself)
  }

  /** Records before this one, by time. */
  #around(
    { key, timestamp }: StreamRecord<unknown, unknown>,
    beforeMs: number,
    afterMs: number,
  ): ReturnType<WindowStore<unknown, unknown>['fetch']> {
    return this.#store.fetch(key, Math.max(0, timestamp - beforeMs), Math.max(0, timestamp + afterMs))
  }

  #joined(
    record: StreamRecord<unknown, unknown>,
    left: unknown,
    right: unknown,
    otherTime: number,
  ): StreamRecord<unknown, unknown> {
    const value = this.#join(left, right, record.key)
    return { ...record, value, timestamp: Math.max(record.timestamp, otherTime) }
  }

  #emit(record: StreamRecord<unknown, unknown>): void {
    this.#context.forward(this.#next, record)
  }
}
