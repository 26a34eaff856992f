import { events, type Sample, SampledStat } from './sampled-stat.ts'

/** The mean of the values recorded (Java's Avg). */
export class Avg extends SampledStat {
  constructor() {
    super(0)
  }

  protected override add(sum: number, value: number): number {
    return sum + value
  }

  protected override combine(samples: readonly Sample[]): number {
    return samples.reduce((sum, { value }) => sum + value, 0) / events(samples)
  }
}
