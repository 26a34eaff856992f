import { StreamsError } from '../core/errors.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { JoinWindows } from '../plan/windows.ts'

/** Which records of two streams meet (Java's JoinWindows). */
export interface JoinWindowOptions {
  /** How far apart, at most, the times of two records are that meet; inclusive. */
  readonly within: Duration
  /**
   * How much earlier than the left record the right one may be, in place of `within`. Negative: how much later it
   * must be at least, which takes an `after` that is no less.
   */
  readonly before?: Duration
  /** How much later than the left record the right one may be, in place of `within`; negative as in `before`. */
  readonly after?: Duration
  /** How long after the end of a window, in stream time, late records are still joined; 0 if not given. */
  readonly grace?: Duration
  /**
   * Java's deprecated `JoinWindows.of`: a left or outer join emits a record that has met nobody yet at once, and again
   * when it meets somebody later. The grace is then 24 hours less the window if not given.
   */
  readonly spuriousResults?: boolean
}

const legacyGraceMs = 24 * 60 * 60 * 1000

/** @throws StreamsError `topology-invalid` for a window whose end is before its start, `options-invalid` for what is not a duration. */
export function joinWindows(options: JoinWindowOptions, call: string): JoinWindows {
  const { within, before = within, after = within, grace, spuriousResults = false } = options
  const beforeMs = signedMs(before, `${call}: before`)
  const afterMs = signedMs(after, `${call}: after`)
  const withinMs = signedMs(within, `${call}: within`)
  // Java makes the symmetric window first, so that a negative `within` fails whatever `before` and `after` say.
  if (withinMs < 0 || beforeMs + afterMs < 0) {
    throw new StreamsError(
      'topology-invalid',
      `${call}: Window interval (ie, beforeMs+afterMs) must not be negative.`,
    )
  }
  const defaultGraceMs = spuriousResults ? Math.max(legacyGraceMs - 2 * withinMs, 0) : 0
  const graceMs = grace === undefined ? defaultGraceMs : durationMs(grace, `${call}: grace`)
  return { kind: 'join', beforeMs, afterMs, graceMs, spuriousResults }
}

/** Window size in ms: from the earliest to the latest record that meets a given one. */
export function joinWindowSizeMs({ beforeMs, afterMs }: JoinWindows): number {
  return beforeMs + afterMs
}

function signedMs(duration: Duration, what: string): number {
  if (typeof duration === 'number')
    return duration < 0 ? -durationMs(-duration, what) : durationMs(duration, what)
  return duration.startsWith('-')
    ? -durationMs(duration.slice(1) as Duration, what)
    : durationMs(duration, what)
}
