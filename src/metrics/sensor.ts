import type { SampleWindow, Stat } from './stat.ts'

/** Takes values for all the figures made of them (Java's Sensor). */
export class Sensor {
  readonly #stats: readonly Stat[]
  readonly #window: SampleWindow

  constructor(stats: readonly Stat[], window: SampleWindow) {
    this.#stats = stats
    this.#window = window
  }

  /** False if the recording level leaves it out: then nothing need be measured for it. */
  get recorded(): boolean {
    return this.#stats.length > 0
  }

  /** @param now ms of the registry's clock, which every caller on a hot path has at hand. */
  record(value: number, now: number): void {
    for (const stat of this.#stats) stat.record(value, now, this.#window)
  }
}
