import type { Header, StreamRecord } from '../core/record.ts'
import type { AggregateNode } from '../plan/node.ts'
import type { Windowed } from '../serde/windowed.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'

/** The result of a window that has closed. */
export interface FinalResult {
  readonly key: Windowed<unknown>
  readonly value: unknown
  readonly timestamp: number
}

/**
 * Reads the windows that have closed since the last time, earliest first.
 * @param closeTime stream time less what a window waits for late records.
 * @param lastCloseTime of the last time; -1: there was none.
 * @returns undefined if no window can have closed.
 */
export type ReadClosed = (closeTime: number, lastCloseTime: number) => readonly FinalResult[] | undefined

/** What was found at a close time. */
export interface Closed {
  readonly closeTime: number
  readonly results: readonly FinalResult[]
}

/** Marks the last record of a window, where updates are emitted too. */
const finalHeader: Header = { key: 'final', value: new TextEncoder().encode('true') }

/**
 * Emits windows that have closed (Java's maybeForwardFinalResult). Java looks for them after it has put the record that
 * closed them; by then the store may have given them up, if that record is much later. Here `collect` comes before the
 * put and `emit` after it, so none is lost.
 */
export class FinalResults {
  readonly #node: AggregateNode
  readonly #context: OperatorContext
  readonly #next: Operator
  readonly #read: ReadClosed
  readonly #lastCloseTime: { value: number }
  #nextLook = 0

  constructor(node: AggregateNode, context: OperatorContext, next: Operator, read: ReadClosed) {
    this.#node = node
    this.#context = context
    this.#next = next
    this.#read = read
    // Under the store's name, as in Java's offset metadata, unless the node's own time is there.
    const { name, store } = node
    this.#lastCloseTime = context.operatorTime(store === name ? `${store}-closed` : store)
  }

  /**
   * Finds the windows that are closed now. Looking is throttled by the wall clock, since it walks through the store.
   * @param urgent the store may give windows up: look at once.
   */
  collect(closeTime: number, urgent: boolean): Closed | undefined {
    const now = this.#context.systemTime
    if (now < this.#nextLook && !urgent) return undefined
    this.#nextLook = now + this.#context.emitIntervals.windowCloseMs
    const last = this.#lastCloseTime.value
    if (last !== -1 && last >= closeTime) return undefined
    const results = this.#read(closeTime, last)
    return results && { closeTime, results }
  }

  /** Windows that were closed at this time have been emitted; -1 before the first. */
  get lastCloseTime(): number {
    return this.#lastCloseTime.value
  }

  /** @param record the one that closed them: the results go on with its headers. */
  emit({ closeTime, results }: Closed, record: StreamRecord<unknown, unknown>): void {
    this.#lastCloseTime.value = closeTime
    const { emit, sendOldValues } = this.#node
    const headers = emit === 'both' ? [...record.headers, finalHeader] : record.headers
    for (const { key, value, timestamp } of results) {
      // After updates the result is nothing new: it takes its own place.
      const oldValue = emit === 'both' && sendOldValues ? value : null
      const change: Change<unknown> = { newValue: value, oldValue, isLatest: true }
      this.#context.forward(this.#next, { key, value: change, timestamp, headers })
    }
  }
}
