/** Windows of fixed size, one beginning every `advanceMs`; tumbling when the two are equal. */
export interface TimeWindows {
  readonly kind: 'time'
  readonly sizeMs: number
  readonly advanceMs: number
  /** How long after its end, in stream time, a window takes late records. */
  readonly graceMs: number
}

/** Starts of the windows that hold a time of at least 0, earliest first (TimeWindows.windowsFor). */
export function windowStarts({ sizeMs, advanceMs }: TimeWindows, timestamp: number): number[] {
  const starts: number[] = []
  const first = Math.max(0, timestamp - sizeMs + advanceMs)
  for (let start = first - (first % advanceMs); start <= timestamp; start += advanceMs) starts.push(start)
  return starts
}
