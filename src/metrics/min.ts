import { events, type Sample, SampledStat } from './sampled-stat.ts'

/** The smallest value recorded (Java's Min). */
export class Min extends SampledStat {
  constructor() {
    super(Number.MAX_VALUE)
  }

  protected override add(min: number, value: number): number {
    return Math.min(min, value)
  }

  protected override combine(samples: readonly Sample[]): number {
    return events(samples) === 0 ? Number.NaN : Math.min(...samples.map(({ value }) => value))
  }
}
