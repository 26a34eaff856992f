import type { Random } from '../../crash/random.ts'
import { midnight } from '../life.ts'

export const windowMs = 10_000
export const graceMs = 4000

/** Event times that move forward, some of them late, and some too late. */
export class EventTime {
  #now: number = midnight

  next(random: Random, latestMs = 20_000): number {
    this.#now += random.int(0, 800)
    const kind = random.next()
    if (kind < 0.8) return this.#now
    return Math.max(midnight, this.#now - (kind < 0.93 ? random.int(1, graceMs) : random.int(1, latestMs)))
  }
}
