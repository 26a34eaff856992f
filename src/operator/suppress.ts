import { StreamsError } from '../core/errors.ts'
import type { StreamRecord } from '../core/record.ts'
import type { Suppressed, SuppressNode } from '../plan/node.ts'
import type { Windowed } from '../serde/windowed.ts'
import type { BufferedUpdate, SuppressBuffer } from '../store/state-stores.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import type { Operator } from './operator.ts'

/**
 * Holds updates back, the last of each key, until stream time, as seen by this node, says that they are due
 * (Java's KTableSuppressProcessor).
 */
export class SuppressOperator implements Operator {
  readonly #name: string
  readonly #suppressed: Suppressed
  readonly #context: OperatorContext
  readonly #buffer: SuppressBuffer<unknown, unknown>
  readonly #next: Operator
  // Of this run alone: Java too begins anew after a restart.
  #streamTime = -1

  constructor(node: SuppressNode, context: OperatorContext, next: Operator) {
    this.#name = node.name
    this.#suppressed = node.suppressed
    this.#context = context
    this.#buffer = context.store<SuppressBuffer<unknown, unknown>>(node.store)
    this.#next = next
  }

  process({ key, value, timestamp }: StreamRecord<unknown, unknown>): void {
    this.#streamTime = Math.max(this.#streamTime, timestamp)
    const { newValue, oldValue } = value as Change<unknown>
    const time = this.#suppressed.until === 'window-close' ? (key as Windowed<unknown>).window.end : timestamp
    this.#buffer.put(time, { key, newValue, oldValue, context: { ...this.#context.record } })
    this.#enforceLimits()
  }

  #enforceLimits(): void {
    const due = this.#streamTime - this.#suppressed.ms
    this.#buffer.evictWhile(() => this.#buffer.minTimestamp <= due, this.#emit)
    if (!this.#isFull()) return
    if (this.#suppressed.onFull === 'emit-early') {
      this.#buffer.evictWhile(() => this.#isFull(), this.#emit)
      return
    }
    const { maxRecords = Infinity, maxBytes = Infinity } = this.#suppressed
    const { size, bytes } = this.#buffer
    throw new StreamsError(
      'processing',
      `${this.#name}: the buffer is full: it holds ${size} of ${maxRecords} records and ${bytes} of ${maxBytes} bytes`,
      { details: { node: this.#name } },
    )
  }

  #isFull(): boolean {
    const { maxRecords = Infinity, maxBytes = Infinity } = this.#suppressed
    return this.#buffer.size > maxRecords || this.#buffer.bytes > maxBytes
  }

  /** As of the record that caused the update. A window that has no final result never had one: its deletion is no news. */
  readonly #emit = ({ key, newValue, oldValue, context }: BufferedUpdate<unknown, unknown>): void => {
    if (newValue === null && this.#suppressed.until === 'window-close') return
    const value: Change<unknown> = { newValue, oldValue, isLatest: true }
    const { timestamp, headers, metadata } = context
    this.#context.forwardAs(this.#next, { key, value, timestamp, headers }, metadata)
  }
}
