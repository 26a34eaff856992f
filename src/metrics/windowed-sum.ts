import { type Sample, SampledStat } from './sampled-stat.ts'

/** The sum of the values recorded (Java's WindowedSum). */
export class WindowedSum extends SampledStat {
  constructor() {
    super(0)
  }

  protected override add(sum: number, value: number): number {
    return sum + value
  }

  protected override combine(samples: readonly Sample[]): number {
    return samples.reduce((sum, { value }) => sum + value, 0)
  }
}
