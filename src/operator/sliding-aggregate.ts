import { StreamsError } from '../core/errors.ts'
import type { StreamRecord } from '../core/record.ts'
import type { AggregateNode } from '../plan/node.ts'
import type { SlidingWindows } from '../plan/windows.ts'
import type { ValueAndTimestamp } from '../store/state-stores.ts'
import { type Aggregator, aggregatorOf } from './aggregator.ts'
import type { OperatorContext } from './context.ts'
import { type Closed, type FinalResult, FinalResults } from './final-results.ts'
import type { Operator } from './operator.ts'
import { WindowUpdates } from './window-updates.ts'

type Aggregate = ValueAndTimestamp<unknown>

/** What a record finds when it looks at the windows around it. A window's time is that of its latest record. */
interface Surroundings {
  /** Starts of all windows found. */
  readonly starts: Set<number>
  /** Of the latest window that ends before the record: what a new left window begins with. */
  left?: Aggregate
  leftExists: boolean
  /** Of a window that holds the record and later ones: what a new right window begins with. */
  right?: Aggregate
  rightExists: boolean
  /** Time of the latest record before this one. */
  previous?: number
}

/**
 * An aggregate per key and sliding window (Java's KStreamSlidingWindowAggregate). A record at time t is in every window
 * that holds t. Two windows are made for it, if they are not there: its left one, which ends at t, and its right one,
 * which starts just after t, once it holds a record; and so is the right one of the record before it.
 */
export class SlidingAggregateOperator implements Operator {
  readonly #name: string
  readonly #windows: SlidingWindows
  readonly #context: OperatorContext
  readonly #streamTime: { value: number }
  readonly #aggregator: Aggregator
  readonly #updates: WindowUpdates
  readonly #final: FinalResults | undefined

  constructor(node: AggregateNode, windows: SlidingWindows, context: OperatorContext, next: Operator) {
    this.#name = node.name
    this.#windows = windows
    this.#context = context
    this.#streamTime = context.operatorTime(node.name)
    this.#aggregator = aggregatorOf(node)
    this.#updates = new WindowUpdates(node, context, next)
    if (node.emit !== 'update')
      this.#final = new FinalResults(node, context, next, (closeTime, last) => this.#closed(closeTime, last))
  }

  process(record: StreamRecord<unknown, unknown>): void {
    if (record.key === null) this.#context.dropped(this.#name, 'null-key')
    else if (record.value === null) this.#context.dropped(this.#name, 'null-value')
    else this.#process(record)
  }

  #process(record: StreamRecord<unknown, unknown>): void {
    const { timestamp } = record
    const { differenceMs, graceMs } = this.#windows
    this.#streamTime.value = Math.max(this.#streamTime.value, timestamp)
    const closeTime = this.#streamTime.value - graceMs
    if (timestamp + differenceMs < closeTime) {
      this.#context.dropped(this.#name, 'late')
      return
    }
    this.#refuseEmptyWindows()
    const closed = this.#collectClosed(closeTime)
    if (timestamp < differenceMs) this.#addEarly(record, closeTime)
    else this.#add(record, closeTime)
    if (closed) this.#final?.emit(closed, record)
  }

  /** Java finds out as late as this too, when it makes a window. */
  #refuseEmptyWindows(): void {
    if (this.#windows.differenceMs > 0) return
    const message = `${this.#name}: sliding windows of a difference of 0 ms hold nothing`
    throw new StreamsError('processing', message, { details: { node: this.#name } })
  }

  #add(record: StreamRecord<unknown, unknown>, closeTime: number): void {
    const found = this.#updateAround(record, closeTime)
    if (!found) return
    const { timestamp } = record
    const { differenceMs } = this.#windows
    const { previous, left } = found
    if (previous !== undefined && !found.starts.has(previous + 1) && previous + 1 + differenceMs >= timestamp)
      this.#begin(record, previous + 1, this.#aggregator.init(), closeTime)
    if (!found.leftExists) {
      const holdsPrevious = previous !== undefined && timestamp - differenceMs <= previous
      const aggregate = holdsPrevious && left ? left.value : this.#aggregator.init()
      this.#begin(record, timestamp - differenceMs, aggregate, closeTime)
    }
    this.#beginRight(record, found)
  }

  /**
   * Adds the record to the windows that hold it, from the latest to the earliest.
   * @returns undefined if another record of the same time has made all windows there are to make.
   */
  #updateAround(record: StreamRecord<unknown, unknown>, closeTime: number): Surroundings | undefined {
    const { key, timestamp } = record
    const { differenceMs } = this.#windows
    const found: Surroundings = { starts: new Set(), leftExists: false, rightExists: false }
    // The last start is that of the record's own right window.
    const from = Math.max(0, timestamp - 2 * differenceMs)
    for (const { key: start, value } of this.#updates.store.fetch(key, from, timestamp + 1, {
      reverse: true,
    })) {
      const end = start + differenceMs
      found.starts.add(start)
      if (start === timestamp + 1) {
        found.rightExists = true
      } else if (end > timestamp) {
        found.right ??= value
        this.#update(record, start, value, closeTime)
      } else if (end === timestamp) {
        found.leftExists = true
        this.#update(record, start, value, closeTime)
        if (value.timestamp >= timestamp) return undefined
        found.previous = value.timestamp
      } else {
        found.left = value
        found.previous = value.timestamp
        break
      }
    }
    return found
  }

  /** Windows begin at 0 or later, so all records before the first whole window share one, `[0, difference]`. */
  #addEarly(record: StreamRecord<unknown, unknown>, closeTime: number): void {
    const { key, timestamp } = record
    const found: Surroundings = { starts: new Set(), leftExists: false, rightExists: false }
    let shared: Aggregate | undefined
    for (const { key: start, value } of this.#updates.store.fetch(key, 0, timestamp + 1)) {
      found.starts.add(start)
      if (start === 0) {
        shared = value
        if (value.timestamp < timestamp) found.previous = value.timestamp
      } else if (start <= timestamp) {
        found.right = value
        this.#update(record, start, value, closeTime)
      } else {
        found.rightExists = true
      }
    }
    // Without such a window, the shared one holds no record before this one if it holds a later one.
    if (!found.right && shared && shared.timestamp > timestamp) found.right = shared
    this.#beginRight(record, found)
    if (found.previous !== undefined && !found.starts.has(found.previous + 1))
      this.#begin(record, found.previous + 1, this.#aggregator.init(), closeTime)
    if (shared) this.#update(record, 0, shared, closeTime)
    else this.#begin(record, 0, this.#aggregator.init(), closeTime)
  }

  /** Makes the record's right window, with the later records that are there already. */
  #beginRight(record: StreamRecord<unknown, unknown>, { right, rightExists }: Surroundings): void {
    if (rightExists || !right || right.timestamp <= record.timestamp) return
    this.#updates.put(record, this.#window(record.timestamp + 1), right.value, right.timestamp, null)
  }

  #begin(record: StreamRecord<unknown, unknown>, start: number, aggregate: unknown, closeTime: number): void {
    this.#update(record, start, { value: aggregate, timestamp: record.timestamp }, closeTime)
  }

  #update(record: StreamRecord<unknown, unknown>, start: number, old: Aggregate, closeTime: number): void {
    const window = this.#window(start)
    if (window.end < closeTime) {
      this.#context.dropped(this.#name, 'late')
      return
    }
    const aggregate = this.#aggregator.add(old.value, record.value, record.key)
    this.#updates.put(record, window, aggregate, Math.max(record.timestamp, old.timestamp), old.value)
  }

  #window(start: number): { readonly start: number; readonly end: number } {
    return { start, end: start + this.#windows.differenceMs }
  }

  #collectClosed(closeTime: number): Closed | undefined {
    if (!this.#final) return undefined
    // The store keeps windows at least one difference longer than they are open.
    const urgent = closeTime - this.#final.lastCloseTime >= this.#windows.differenceMs
    return this.#final.collect(closeTime, urgent)
  }

  #closed(closeTime: number, last: number): readonly FinalResult[] | undefined {
    const { differenceMs } = this.#windows
    const to = closeTime - differenceMs - 1
    if (to < 0) return undefined
    return this.#updates.results(last === -1 ? 0 : Math.max(0, last - differenceMs), to)
  }
}
