import type { StreamRecord } from '../core/record.ts'
import type { AggregateNode } from '../plan/node.ts'
import type { Window } from '../serde/windowed.ts'
import type { Cacheable } from '../store/flush-listener.ts'
import type { ValueAndTimestamp, WindowStore } from '../store/state-stores.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import type { FinalResult } from './final-results.ts'
import type { Operator } from './operator.ts'

export type TimestampedWindowStore = WindowStore<unknown, ValueAndTimestamp<unknown>> & Cacheable

/**
 * Writes the windows of an aggregation to their store and forwards the updates, unless the store is cached: then the cache
 * says when. Where only final results are emitted, nothing is forwarded (AbstractKStreamTimeWindowAggregateProcessor).
 */
export class WindowUpdates {
  readonly store: TimestampedWindowStore
  readonly #sendOldValues: boolean
  readonly #forwards: boolean
  readonly #context: OperatorContext
  readonly #next: Operator

  constructor({ store, emit, sendOldValues }: AggregateNode, context: OperatorContext, next: Operator) {
    this.store = context.store<TimestampedWindowStore>(store)
    this.#sendOldValues = sendOldValues
    this.#context = context
    this.#next = next
    this.#forwards = emit !== 'close' && !this.store.setFlushListener(this.#flushed, sendOldValues)
  }

  /**
   * @param record the one that caused the update; its key is the group's.
   * @param aggregate null deletes.
   * @param oldValue is forwarded only if somebody behind asked for it.
   */
  put(
    record: StreamRecord<unknown, unknown>,
    window: Window,
    aggregate: unknown,
    timestamp: number,
    oldValue: unknown,
  ): void {
    const { key, headers } = record
    this.store.put(key, aggregate === null ? null : { value: aggregate, timestamp }, window.start)
    if (!this.#forwards) return
    const value: Change<unknown> = {
      newValue: aggregate,
      oldValue: this.#sendOldValues ? oldValue : null,
      isLatest: true,
    }
    this.#context.forward(this.#next, { key: { key, window }, value, timestamp, headers })
  }

  /** Windows of all keys by their starts, both bounds inclusive; by start, then key. */
  results(from: number, to: number): readonly FinalResult[] {
    return Array.from(this.store.fetchAll(from, to), ({ key, value }) => ({ key, ...value }))
  }

  readonly #flushed = (key: unknown, newValue: unknown, oldValue: unknown, timestamp: number): void => {
    const value: Change<unknown> = { newValue, oldValue, isLatest: true }
    this.#context.forward(this.#next, { key, value, timestamp, headers: this.#context.record.headers })
  }
}
