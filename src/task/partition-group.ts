import { PriorityQueue } from './priority-queue.ts'
import type { Head, RecordQueue } from './record-queue.ts'

export interface PartitionGroupOptions {
  readonly queues: readonly RecordQueue[]
  /** How long to wait for a partition that has nothing; -1: not even for what the broker has. */
  readonly maxTaskIdleMs: number
  /** How many records the broker has of a partition that have not been fetched; undefined: unknown. */
  lag(queue: RecordQueue): number | undefined
}

/** The input partitions of a task: gives the record with the smallest event time (Java's PartitionGroup). */
export class PartitionGroup {
  readonly queues: readonly RecordQueue[]
  readonly #options: PartitionGroupOptions
  readonly #nonEmpty = new PriorityQueue<RecordQueue>(({ headTimestamp }) => headTimestamp)
  readonly #deadlines = new Map<RecordQueue, number>()
  #streamTime: number

  constructor(options: PartitionGroupOptions) {
    this.queues = options.queues
    this.#options = options
    this.#streamTime = options.queues.reduce((time, { partitionTime }) => Math.max(time, partitionTime), -1)
  }

  /** The largest event time of any record taken, -1 before the first. */
  get streamTime(): number {
    return this.#streamTime
  }

  /** Some queue has a record. */
  get pending(): boolean {
    return this.#nonEmpty.size > 0
  }

  /** The queue's input has more records than before. @throws as `RecordQueue.refresh`. */
  added(queue: RecordQueue): void {
    if (!queue.isEmpty) return
    queue.refresh()
    this.#enter(queue)
  }

  /**
   * Whether records may be taken: every partition has one, or has been waited for.
   * @param now ms; asked for only if a partition has none.
   */
  ready(now: () => number): boolean {
    const { maxTaskIdleMs } = this.#options
    if (maxTaskIdleMs < 0) return true
    if (this.#nonEmpty.size === this.queues.length) {
      this.#deadlines.clear()
      return this.pending
    }
    return this.#waitedFor(now())
  }

  #waitedFor(now: number): boolean {
    const { maxTaskIdleMs, lag } = this.#options
    for (const queue of this.queues) {
      if (!queue.isEmpty) {
        this.#deadlines.delete(queue)
        continue
      }
      if (lag(queue) !== 0) {
        this.#deadlines.delete(queue)
        return false
      }
      const deadline = this.#deadlines.get(queue) ?? now + maxTaskIdleMs
      this.#deadlines.set(queue, deadline)
      if (now < deadline) return false
    }
    return this.pending
  }

  /** Takes the next record. @throws as `RecordQueue.refresh`, for the one behind it. */
  next(): Head | undefined {
    const queue = this.#nonEmpty.poll()
    if (!queue) return undefined
    const head = queue.poll()
    if (!head) return undefined
    this.#enter(queue)
    if (head.record) this.#streamTime = Math.max(this.#streamTime, head.record.timestamp)
    return head
  }

  #enter(queue: RecordQueue): void {
    if (!queue.isEmpty) this.#nonEmpty.add(queue)
  }
}
