/**
 * A binary heap that orders equals exactly as java.util.PriorityQueue: which of several partitions with equal times is
 * read first, and which of several punctuations that are due runs first, can be seen in the results.
 */
export class PriorityQueue<T> {
  readonly #rank: (item: T) => number
  readonly #items: T[] = []

  /** @param rank the smallest comes first; it must not change while the item is in the queue. */
  constructor(rank: (item: T) => number) {
    this.#rank = rank
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  add(item: T): void {
    const items = this.#items
    const rank = this.#rank(item)
    let at = items.length
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (rank >= this.#rank(items[parent]!)) break
      items[at] = items[parent]!
      at = parent
    }
    items[at] = item
  }

  poll(): T | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (items.length > 0) this.#sink(last!)
    return first
  }

  clear(): void {
    this.#items.length = 0
  }

  /** Puts the item at the root and lets it go down to its place. */
  #sink(item: T): void {
    const items = this.#items
    const rank = this.#rank(item)
    const half = items.length >>> 1
    let at = 0
    while (at < half) {
      let child = 2 * at + 1
      if (child + 1 < items.length && this.#rank(items[child]!) > this.#rank(items[child + 1]!)) child++
      if (rank <= this.#rank(items[child]!)) break
      items[at] = items[child]!
      at = child
    }
    items[at] = item
  }
}
