/** How records of one key are divided by time. */
export type Windows = TimeWindows | UnlimitedWindows | SlidingWindows | SessionWindows

/** Windows of fixed size, one beginning every `advanceMs`; tumbling when the two are equal. */
export interface TimeWindows {
  readonly kind: 'time'
  readonly sizeMs: number
  readonly advanceMs: number
  /** How long after its end, in stream time, a window takes late records. */
  readonly graceMs: number
}

/** One window without end. */
export interface UnlimitedWindows {
  readonly kind: 'unlimited'
  readonly startMs: number
}

/** A window for each distinct set of records that are at most `differenceMs` apart; both bounds are inclusive. */
export interface SlidingWindows {
  readonly kind: 'sliding'
  readonly differenceMs: number
  readonly graceMs: number
}

/** A window for each run of records with no gap above `gapMs`; both bounds are inclusive. */
export interface SessionWindows {
  readonly kind: 'session'
  readonly gapMs: number
  readonly graceMs: number
}

/** Which records of two streams meet: those of the other side within [time - before, time + after]. */
export interface JoinWindows {
  readonly kind: 'join'
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number
  /** Java's deprecated JoinWindows.of: unmatched records of outer joins are emitted at once. */
  readonly spuriousResults: boolean
}

/** Starts of the windows that hold a time of at least 0, earliest first (TimeWindows.windowsFor). */
export function windowStarts({ sizeMs, advanceMs }: TimeWindows, timestamp: number): number[] {
  const starts: number[] = []
  const first = Math.max(0, timestamp - sizeMs + advanceMs)
  for (let start = first - (first % advanceMs); start <= timestamp; start += advanceMs) starts.push(start)
  return starts
}
