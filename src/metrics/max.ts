import { events, type Sample, SampledStat } from './sampled-stat.ts'

/** The largest value recorded (Java's Max). */
export class Max extends SampledStat {
  constructor() {
    super(Number.NEGATIVE_INFINITY)
  }

  protected override add(max: number, value: number): number {
    return Math.max(max, value)
  }

  protected override combine(samples: readonly Sample[]): number {
    return events(samples) === 0 ? Number.NaN : Math.max(...samples.map(({ value }) => value))
  }
}
