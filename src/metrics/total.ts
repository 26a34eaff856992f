import type { Stat } from './stat.ts'

/** The sum of all values since the beginning (Java's CumulativeSum). */
export class Total implements Stat {
  #total = 0

  record(value: number): void {
    this.#total += value
  }

  measure(): number {
    return this.#total
  }
}
