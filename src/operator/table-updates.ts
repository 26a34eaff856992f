import type { StreamRecord } from '../core/record.ts'
import type { Cacheable } from '../store/flush-listener.ts'
import { notPut, type ValueAndTimestamp, validToUndefined } from '../store/state-stores.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'
import { type TableStore, tableStore } from './table-store.ts'

/**
 * Writes the updates of a table to its store and forwards them, unless the store is cached: then the cache says when
 * (Java's TimestampedTupleForwarder).
 */
export class TableUpdates {
  readonly #store: TableStore
  readonly #sendOldValues: boolean
  readonly #cached: boolean
  readonly #context: OperatorContext
  readonly #next: Operator

  constructor(
    { store, sendOldValues }: { readonly store: string; readonly sendOldValues: boolean },
    context: OperatorContext,
    next: Operator,
  ) {
    this.#store = tableStore(store, context)
    this.#sendOldValues = sendOldValues
    this.#context = context
    this.#next = next
    this.#cached = cacheable(context.store(store))?.setFlushListener(this.#flushed, sendOldValues) ?? false
  }

  get(key: unknown): ValueAndTimestamp<unknown> | undefined {
    return this.#store.get(key)
  }

  /** The value that is there, for `put`; null too if nobody behind asked for it. */
  oldValue(key: unknown): unknown {
    return this.#sendOldValues ? (this.#store.get(key)?.value ?? null) : null
  }

  /**
   * @param record the update, with the time its value is of.
   * @param oldValue what was there before; it is forwarded only if somebody behind asked for it.
   */
  put(record: StreamRecord<unknown, unknown>, oldValue: unknown): void {
    const { key, value, timestamp } = record
    const validTo = this.#store.put(key, value, timestamp)
    if (validTo === notPut || this.#cached) return
    const change: Change<unknown> = {
      newValue: value,
      oldValue: this.#sendOldValues ? oldValue : null,
      isLatest: validTo === validToUndefined,
    }
    this.#context.forward(this.#next, { ...record, value: change })
  }

  readonly #flushed = (key: unknown, newValue: unknown, oldValue: unknown, timestamp: number): void => {
    const value: Change<unknown> = { newValue, oldValue, isLatest: true }
    this.#context.forward(this.#next, { key, value, timestamp, headers: this.#context.record.headers })
  }
}

/** Versioned stores never are. */
function cacheable(store: Partial<Cacheable>): Cacheable | undefined {
  return store.setFlushListener ? (store as Cacheable) : undefined
}
