/** One thing measured. */
export interface Measured {
  readonly benchmark: string
  /** For people, one line. */
  readonly text: string
  /** The same for programs. */
  readonly figures: Readonly<Record<string, number | string | boolean>>
}

/** What may be asked of every benchmark; each has its own defaults. */
export interface BenchOptions {
  /** Input records, or rows of state. */
  readonly records?: number
  /** Of each phase under load. */
  readonly seconds?: number
}

export interface Benchmark {
  /** For `--help`, one line. */
  readonly what: string
  run(options: BenchOptions): AsyncIterable<Measured>
}

/** Of at least one value; the higher of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** The smallest value that at least `share` of all do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function millions(rate: number): string {
  return (rate / 1e6).toFixed(2)
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}
