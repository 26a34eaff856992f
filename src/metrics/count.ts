import type { Stat } from './stat.ts'

/** How often something was recorded since the beginning (Java's CumulativeCount). */
export class Count implements Stat {
  #count = 0

  record(): void {
    this.#count++
  }

  measure(): number {
    return this.#count
  }
}
