import type { Cluster } from './cluster.ts'

export interface LeaderSearchEvents {
  /** Whether partitions are still without a leader. */
  unsuccessful(): boolean
  /** Leaders may be known now; those that are still missed should be searched for again. */
  onFound(): void
  onError(error: unknown): void
}

/** Looks for leaders in the background, one search at a time, more slowly while there are none. */
export class LeaderSearch {
  readonly #cluster: Cluster
  readonly #events: LeaderSearchEvents
  #searching = false
  #misses = 0

  constructor(cluster: Cluster, events: LeaderSearchEvents) {
    this.#cluster = cluster
    this.#events = events
  }

  /** Does nothing while a search is going on. */
  start(topics: ReadonlySet<string>): void {
    if (this.#searching) return
    this.#searching = true
    void this.#search(topics)
  }

  async #search(topics: ReadonlySet<string>): Promise<void> {
    try {
      await Promise.all([...topics].map((topic) => this.#cluster.refreshLeaders(topic)))
      this.#misses = this.#events.unsuccessful() ? this.#misses + 1 : 0
      if (this.#misses > 0) await this.#cluster.retry.pause(this.#misses)
      this.#searching = false
      this.#events.onFound()
    } catch (error) {
      this.#searching = false
      this.#events.onError(error)
    }
  }
}
