import type { SampledStat } from './sampled-stat.ts'
import type { SampleWindow, Stat } from './stat.ts'
import { WindowedSum } from './windowed-sum.ts'

/** A sum or count per second (Java's Rate). */
export class Rate implements Stat {
  readonly #stat: SampledStat

  /** @param stat what is divided by the time: a sum if not given. */
  constructor(stat: SampledStat = new WindowedSum()) {
    this.#stat = stat
  }

  record(value: number, now: number, window: SampleWindow): void {
    this.#stat.record(value, now, window)
  }

  measure(now: number, window: SampleWindow): number {
    return (this.#stat.measure(now, window) / this.#windowMs(now, window)) * 1000
  }

  /** All samples but the last count whole from the beginning, so that a first value makes no peak. */
  #windowMs(now: number, { windowMs, samples }: SampleWindow): number {
    const elapsed = now - this.#stat.oldestStart(now)
    const missing = samples - 1 - Math.floor(elapsed / windowMs)
    return Math.max(elapsed + Math.max(0, missing) * windowMs, 1)
  }
}
