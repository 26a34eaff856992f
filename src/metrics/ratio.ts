import type { SampleWindow, Stat } from './stat.ts'
import { WindowedSum } from './windowed-sum.ts'

/** Which part of the values recorded by a `whole` this stat's are: of the time of a thread's loop, for instance. */
export class Ratio implements Stat {
  readonly #part = new WindowedSum()
  readonly #whole: WindowedSum

  constructor(whole: WindowedSum) {
    this.#whole = whole
  }

  record(value: number, now: number, window: SampleWindow): void {
    this.#part.record(value, now, window)
  }

  /** 0 where there is no whole, as in Java. */
  measure(now: number, window: SampleWindow): number {
    const whole = this.#whole.measure(now, window)
    return whole > 0 ? this.#part.measure(now, window) / whole : 0
  }
}
