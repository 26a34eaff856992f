import { noHeaders, type StreamRecord } from '../core/record.ts'
import type { AggregateNode } from '../plan/node.ts'
import type { SessionWindows } from '../plan/windows.ts'
import type { Windowed } from '../serde/windowed.ts'
import type { Cacheable } from '../store/flush-listener.ts'
import type { Entry, SessionStore } from '../store/state-stores.ts'
import { type Aggregator, aggregatorOf } from './aggregator.ts'
import type { Change } from './change.ts'
import type { OperatorContext } from './context.ts'
import { type Closed, type FinalResult, FinalResults } from './final-results.ts'
import type { Operator } from './operator.ts'

type Store = SessionStore<unknown, unknown> & Cacheable

/**
 * An aggregate per key and session (Java's KStreamSessionWindowAggregate). A record reaches the sessions that are no more
 * than the gap away, and makes one of them: the old ones are removed, then the new one is put. Updates have the time of
 * the session's end and no headers.
 */
export class SessionAggregateOperator implements Operator {
  readonly #name: string
  readonly #windows: SessionWindows
  readonly #context: OperatorContext
  readonly #next: Operator
  readonly #store: Store
  readonly #sendOldValues: boolean
  readonly #forwards: boolean
  readonly #streamTime: { value: number }
  readonly #aggregator: Aggregator
  readonly #final: FinalResults | undefined
  readonly #segmentMs: number

  constructor(node: AggregateNode, windows: SessionWindows, context: OperatorContext, next: Operator) {
    const { name, store, emit, sendOldValues, segmentMs = 1 } = node
    this.#name = name
    this.#windows = windows
    this.#context = context
    this.#next = next
    this.#store = context.store<Store>(store)
    this.#sendOldValues = sendOldValues
    this.#streamTime = context.operatorTime(name)
    this.#aggregator = aggregatorOf(node)
    this.#segmentMs = segmentMs
    if (emit !== 'update')
      this.#final = new FinalResults(node, context, next, (closeTime, last) => this.#closed(closeTime, last))
    this.#forwards =
      emit !== 'close' &&
      !this.#store.setFlushListener((key, newValue, oldValue) => {
        this.#forward(key as Windowed<unknown>, newValue, oldValue, context.record.headers)
      }, sendOldValues)
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key, value, timestamp } = record
    if (key === null) {
      this.#context.dropped(this.#name, 'null-key')
      return
    }
    const { gapMs, graceMs } = this.#windows
    this.#streamTime.value = Math.max(this.#streamTime.value, timestamp)
    const closeTime = this.#streamTime.value - graceMs - gapMs
    const { sessions, window, aggregate } = this.#reached(key, timestamp)
    const late = window.end < closeTime
    if (late) this.#context.dropped(this.#name, 'late')
    else if (window.start < window.end) for (const session of sessions) this.#remove(session)
    const closed = this.#collectClosed(closeTime)
    if (!late) this.#put({ key, window }, this.#aggregator.add(aggregate, value, key))
    if (closed) this.#final?.emit(closed, record)
  }

  /** The sessions that a record reaches, and what they are together with its time. */
  #reached(key: unknown, timestamp: number): Reached {
    const { gapMs } = this.#windows
    let [start, end] = [timestamp, timestamp]
    let aggregate = this.#aggregator.init()
    const from = Math.max(0, timestamp - gapMs)
    const sessions = [...this.#store.findSessions(key, from, timestamp + gapMs)]
    for (const { key: session, value } of sessions) {
      start = Math.min(start, session.window.start)
      end = Math.max(end, session.window.end)
      aggregate = this.#aggregator.merge(aggregate, value, key)
    }
    return { sessions, window: { start, end }, aggregate }
  }

  #remove({ key, value }: Session): void {
    this.#store.remove(key)
    if (this.#forwards) this.#forward(key, null, value, noHeaders)
  }

  #put(session: Windowed<unknown>, aggregate: unknown): void {
    this.#store.put(session, aggregate)
    if (this.#forwards) this.#forward(session, aggregate, null, noHeaders)
  }

  #forward(
    key: Windowed<unknown>,
    newValue: unknown,
    oldValue: unknown,
    headers: StreamRecord<unknown, unknown>['headers'],
  ): void {
    const value: Change<unknown> = {
      newValue,
      oldValue: this.#sendOldValues ? oldValue : null,
      isLatest: true,
    }
    this.#context.forward(this.#next, { key, value, timestamp: key.window.end, headers })
  }

  #collectClosed(closeTime: number): Closed | undefined {
    if (!this.#final) return undefined
    const segmentOf = (time: number): number => Math.floor(time / this.#segmentMs)
    return this.#final.collect(closeTime, segmentOf(closeTime) > segmentOf(this.#final.lastCloseTime))
  }

  #closed(closeTime: number, last: number): readonly FinalResult[] | undefined {
    const from = Math.max(0, last)
    const to = closeTime - 1
    if (to < from) return undefined
    return Array.from(this.#store.findSessionsByEnd(from, to), ({ key, value }) => ({
      key,
      value,
      timestamp: key.window.end,
    }))
  }
}

type Session = Entry<Windowed<unknown>, unknown>

interface Reached {
  readonly sessions: readonly Session[]
  readonly window: Windowed<unknown>['window']
  /** Of the sessions merged; what a new session begins with if there are none. */
  readonly aggregate: unknown
}
