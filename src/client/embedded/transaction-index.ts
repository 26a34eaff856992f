import type { AbortedTransaction } from '../../protocol/record-batch/readable-runs.ts'

interface IndexedAbort extends AbortedTransaction {
  /** Where it ended. */
  readonly markerOffset: number
}

/** One partition's transactions: which are open, and which stretches were aborted. */
export class TransactionIndex {
  readonly #open = new Map<number, number>()
  #aborted: IndexedAbort[] = []

  /** A transactional batch was appended. */
  wrote(producerId: number, offset: number): void {
    if (!this.#open.has(producerId)) this.#open.set(producerId, offset)
  }

  ended(producerId: number, markerOffset: number, committed: boolean): void {
    const firstOffset = this.#open.get(producerId)
    if (firstOffset === undefined) return
    this.#open.delete(producerId)
    if (!committed) this.#aborted.push({ producerId, firstOffset, markerOffset })
  }

  /** First offsets of those that are open, by producer id. */
  get open(): ReadonlyMap<number, number> {
    return this.#open
  }

  /** First offset of the oldest open transaction, or `end` when none is open. */
  firstUnstable(end: number): number {
    return Math.min(end, ...this.#open.values())
  }

  /** The aborted transactions that have something in a stretch of the log. */
  abortedBetween(from: number, to: number): readonly AbortedTransaction[] {
    return this.#aborted.filter(({ firstOffset, markerOffset }) => markerOffset >= from && firstOffset < to)
  }

  deleteBefore(offset: number): void {
    this.#aborted = this.#aborted.filter(({ markerOffset }) => markerOffset >= offset)
  }
}
