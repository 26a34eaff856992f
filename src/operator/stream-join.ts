import type { StreamRecord } from '../core/record.ts'
import type { StreamJoinNode } from '../plan/node.ts'
import type { OuterJoinBuffer, WindowStore } from '../store/state-stores.ts'
import type { OperatorContext } from './context.ts'
import { guard } from './guard.ts'
import { joinable } from './join-input.ts'
import { type JoinTime, joinTime } from './join-time.ts'
import type { Operator } from './operator.ts'
import { earliestWaiting, emitUnmatched } from './unmatched.ts'

/**
 * One side of a stream-stream join (Java's KStreamKStreamJoin): a record meets those of the other side that are in the
 * window around its time, in order of time. In a left or outer join it waits, if it meets nobody, until its window has
 * closed.
 */
export class StreamJoinOperator implements Operator {
  readonly #node: StreamJoinNode
  readonly #context: OperatorContext
  readonly #other: WindowStore<unknown, unknown>
  readonly #unmatched: OuterJoinBuffer<unknown, unknown> | undefined
  readonly #otherSide: 'left' | 'right'
  /** How far before and after its own time a record of this side looks, ms. */
  readonly #beforeMs: number
  readonly #afterMs: number
  readonly #time: JoinTime
  /** Takes this side's value first. */
  readonly #join: (own: unknown, other: unknown, key: unknown) => unknown
  readonly #next: Operator

  constructor(node: StreamJoinNode, context: OperatorContext, next: Operator) {
    const { windows, outerStore } = node
    const isLeft = node.side === 'left'
    this.#node = node
    this.#context = context
    this.#other = context.store(node.otherStore)
    this.#unmatched = outerStore === undefined ? undefined : context.store(outerStore)
    this.#otherSide = isLeft ? 'right' : 'left'
    this.#beforeMs = isLeft ? windows.beforeMs : windows.afterMs
    this.#afterMs = isLeft ? windows.afterMs : windows.beforeMs
    this.#time = joinTime(context, node.timeOf)
    const joiner = guard(node.name, node.joiner)
    this.#join = isLeft ? joiner : (own, other, key) => joiner(other, own, key)
    this.#next = next
  }

  /** Records of an earlier run may wait. Java forgets when they are due, until another one waits. */
  init(): void {
    if (this.#unmatched) this.#time.earliest = Math.min(this.#time.earliest, earliestWaiting(this.#unmatched))
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const { key, value, timestamp } = record
    const { stream } = this.#time
    stream.value = Math.max(stream.value, timestamp)
    if (this.#node.outer && key === null && value !== null) {
      // Without a key it can meet nobody, now or later (KIP-962).
      this.#emitAlone(record)
      return
    }
    if (!joinable(record, this.#node.name, this.#context)) return
    if (this.#unmatched && timestamp === stream.value) this.#emitUnmatched(record, this.#unmatched)
    this.#meet(record)
  }

  #meet(record: StreamRecord<unknown, unknown>): void {
    const { key, value, timestamp } = record
    const from = Math.max(0, timestamp - this.#beforeMs)
    const to = Math.max(0, timestamp + this.#afterMs)
    let alone = true
    for (const other of this.#other.fetch(key, from, to)) {
      alone = false
      // The other one has met somebody now.
      this.#unmatched?.removeIfPresent({ timestamp: other.key, side: this.#otherSide, key })
      this.#context.forward(this.#next, {
        ...record,
        value: this.#join(value, other.value, key),
        timestamp: Math.max(timestamp, other.key),
      })
    }
    if (!alone || !this.#node.outer) return
    // A late record, whose window has passed by already, is not kept: the store might have dropped it before it is looked at.
    if (!this.#unmatched || to < this.#time.stream.value) this.#emitAlone(record)
    else this.#wait(record, this.#unmatched)
  }

  #emitAlone(record: StreamRecord<unknown, unknown>): void {
    this.#context.forward(this.#next, { ...record, value: this.#join(record.value, null, record.key) })
  }

  #wait(
    { key, value, timestamp }: StreamRecord<unknown, unknown>,
    unmatched: OuterJoinBuffer<unknown, unknown>,
  ): void {
    this.#time.earliest = Math.min(this.#time.earliest, timestamp)
    unmatched.put({ timestamp, side: this.#node.side, key }, value)
  }

  /** Lets go of what waits on either side and whose window has closed by now, with the headers of the record that closed it. */
  #emitUnmatched(record: StreamRecord<unknown, unknown>, unmatched: OuterJoinBuffer<unknown, unknown>): void {
    const { windows, side } = this.#node
    emitUnmatched({
      unmatched,
      windows,
      time: this.#time,
      lookAheadMs: this.#afterMs,
      systemTime: this.#context.systemTime,
      intervalMs: this.#context.emitIntervals.outerJoinMs,
      emit: (at, value) => {
        const joined = at.side === side ? this.#join(value, null, at.key) : this.#join(null, value, at.key)
        this.#context.forward(this.#next, { ...record, key: at.key, value: joined, timestamp: at.timestamp })
      },
    })
  }
}
