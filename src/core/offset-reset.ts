import { type Duration, durationMs } from './time/duration.ts'

/** Where to read on when there is no position, or one that is not in the log (Java's AutoOffsetReset). */
export type OffsetReset = 'earliest' | 'latest' | 'none' | ResetByDuration

/** From the first record that is no older than this; from the end if all are. */
export interface ResetByDuration {
  readonly byDurationMs: number
}

/** As users give it. */
export type OffsetResetOption = 'earliest' | 'latest' | 'none' | { readonly byDuration: Duration }

/** @throws StreamsError `options-invalid` for what is not a duration. */
export function offsetResetOf(option: OffsetResetOption, what: string): OffsetReset {
  if (typeof option === 'string') return option
  return { byDurationMs: durationMs(option.byDuration, `${what}: byDuration`) }
}

/** What to ask the log for. @param now ms since the epoch. */
export function resetTarget(
  reset: Exclude<OffsetReset, 'none'>,
  now: number,
): 'earliest' | 'latest' | number {
  return typeof reset === 'string' ? reset : Math.max(0, now - reset.byDurationMs)
}
