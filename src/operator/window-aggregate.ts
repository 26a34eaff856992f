import type { Headers, StreamRecord } from '../core/record.ts'
import type { AggregateNode } from '../plan/node.ts'
import { type TimeWindows, windowStarts } from '../plan/windows.ts'
import type { Windowed } from '../serde/windowed.ts'
import { type Aggregator, aggregatorOf } from './aggregator.ts'
import type { Change } from './change.ts'
import type { OperatorContext, WindowStore } from './context.ts'
import type { Operator } from './operator.ts'

/**
 * An aggregate per key and window (Java's KStreamWindowAggregate). A window takes records until stream time, as seen
 * by this node and moved by the late record itself too, reaches its end plus grace. Null values are aggregated.
 */
export class WindowAggregateOperator implements Operator {
  readonly #name: string
  readonly #windows: TimeWindows
  readonly #context: OperatorContext
  readonly #store: WindowStore
  readonly #streamTime: { value: number }
  readonly #aggregator: Aggregator
  readonly #next: Operator

  constructor(node: AggregateNode, windows: TimeWindows, context: OperatorContext, next: Operator) {
    this.#name = node.name
    this.#windows = windows
    this.#context = context
    this.#store = context.windowStore(node.store)
    this.#streamTime = context.operatorTime(node.name)
    this.#aggregator = aggregatorOf(node)
    this.#next = next
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key, value, timestamp, headers } = record
    if (key === null) {
      this.#context.dropped(this.#name, 'null-key')
      return
    }
    this.#streamTime.value = Math.max(this.#streamTime.value, timestamp)
    const closeTime = this.#streamTime.value - this.#windows.graceMs
    for (const start of windowStarts(this.#windows, timestamp)) {
      const end = start + this.#windows.sizeMs
      if (end > closeTime) this.#update({ key, window: { start, end } }, value, timestamp, headers)
      else this.#context.dropped(this.#name, 'late')
    }
  }

  #update(windowed: Windowed<unknown>, value: unknown, recordTime: number, headers: Headers): void {
    const { key, window } = windowed
    const old = this.#store.get(key, window.start)
    const timestamp = old ? Math.max(old.timestamp, recordTime) : recordTime
    const newValue = this.#aggregator.add(old ? old.value : this.#aggregator.init(), value, key)
    this.#store.put(key, window.start, newValue, timestamp)
    this.#next.process({ key: windowed, value: { newValue } satisfies Change<unknown>, timestamp, headers })
  }
}
