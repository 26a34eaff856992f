import type { StreamRecord } from '../core/record.ts'
import type { AggregateNode } from '../plan/node.ts'
import { type TimeWindows, type UnlimitedWindows, windowStarts } from '../plan/windows.ts'
import { endOfTime, type Window } from '../serde/windowed.ts'
import { type Aggregator, aggregatorOf } from './aggregator.ts'
import type { OperatorContext } from './context.ts'
import { type FinalResult, FinalResults } from './final-results.ts'
import type { Operator } from './operator.ts'
import { WindowUpdates } from './window-updates.ts'

/**
 * An aggregate per key and window (Java's KStreamWindowAggregate). A window takes records until stream time, as seen
 * by this node and moved by the late record itself too, reaches its end plus grace. Null values are aggregated.
 */
export class WindowAggregateOperator implements Operator {
  readonly #name: string
  readonly #windows: TimeWindows | UnlimitedWindows
  readonly #graceMs: number
  readonly #context: OperatorContext
  readonly #streamTime: { value: number }
  readonly #aggregator: Aggregator
  readonly #updates: WindowUpdates
  readonly #final: FinalResults | undefined

  constructor(
    node: AggregateNode,
    windows: TimeWindows | UnlimitedWindows,
    context: OperatorContext,
    next: Operator,
  ) {
    this.#name = node.name
    this.#windows = windows
    this.#graceMs = windows.kind === 'time' ? windows.graceMs : 0
    this.#context = context
    this.#streamTime = context.operatorTime(node.name)
    this.#aggregator = aggregatorOf(node)
    this.#updates = new WindowUpdates(node, context, next)
    if (node.emit !== 'update' && windows.kind === 'time') {
      this.#final = new FinalResults(node, context, next, (closeTime, last) =>
        this.#closed(windows, closeTime, last),
      )
    }
  }

  process(record: StreamRecord<unknown, unknown>): void {
    if (record.key === null) {
      this.#context.dropped(this.#name, 'null-key')
      return
    }
    this.#streamTime.value = Math.max(this.#streamTime.value, record.timestamp)
    const closeTime = this.#streamTime.value - this.#graceMs
    // The store may keep a window no longer than it is open. Reading happens once for each window that closes.
    const closed = this.#final?.collect(closeTime, true)
    for (const window of windowsFor(this.#windows, record.timestamp)) {
      if (window.end > closeTime) this.#add(record, window)
      else this.#context.dropped(this.#name, 'late')
    }
    if (closed) this.#final?.emit(closed, record)
  }

  #add(record: StreamRecord<unknown, unknown>, window: Window): void {
    const { key, value } = record
    const found = this.#updates.store.get(key, window.start)
    const old = found ? found.value : this.#aggregator.init()
    const timestamp = found ? Math.max(found.timestamp, record.timestamp) : record.timestamp
    this.#updates.put(record, window, this.#aggregator.add(old, value, key), timestamp, old)
  }

  #closed(windows: TimeWindows, closeTime: number, last: number): readonly FinalResult[] | undefined {
    const to = closeTime - windows.sizeMs
    if (to < 0) return undefined
    if (last === -1) return this.#updates.results(0, to)
    const before = Math.max(0, last - windows.sizeMs)
    if (sameWindows(windows, before, to)) return undefined
    return this.#updates.results(before + 1, to)
  }
}

/** Whether two times belong to the same windows. */
function sameWindows({ sizeMs, advanceMs }: TimeWindows, one: number, two: number): boolean {
  const first = (time: number): number => Math.floor(Math.max(0, time - sizeMs + advanceMs) / advanceMs)
  const last = (time: number): number => Math.floor(time / advanceMs)
  return first(one) === first(two) && last(one) === last(two)
}

/** Earliest first. Before the start of unlimited windows there is none. */
function windowsFor(windows: TimeWindows | UnlimitedWindows, timestamp: number): readonly Window[] {
  if (windows.kind === 'unlimited')
    return timestamp < windows.startMs ? [] : [{ start: windows.startMs, end: endOfTime }]
  return windowStarts(windows, timestamp).map((start) => ({ start, end: start + windows.sizeMs }))
}
