import { StreamsError } from '../core/errors.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { SessionWindows, SlidingWindows, TimeWindows, UnlimitedWindows } from '../plan/windows.ts'

export interface WindowOptions {
  /** How long after its end, in stream time, a window takes late records; 0 if not given. */
  readonly grace?: Duration
}

export interface HoppingOptions extends WindowOptions {
  /** From the start of one window to the start of the next; at most their size. */
  readonly advance: Duration
}

export interface UnlimitedOptions {
  /** Ms since the epoch; earlier records belong to no window. 0 if not given. */
  readonly startAt?: number
}

/**
 * Windows of a fixed size that follow each other, aligned to the epoch: `tumbling('5m', { grace: '1m' })`. The end of a
 * window is exclusive.
 * @throws StreamsError `topology-invalid` for a size of 0, `options-invalid` for what is not a duration.
 */
export function tumbling(size: Duration, options: WindowOptions = {}): TimeWindows {
  return timeWindows('tumbling', size, { ...options, advance: size })
}

/**
 * Windows of a fixed size that overlap, one beginning every `advance`, aligned to the epoch: a record belongs to all that
 * hold its time. The end of a window is exclusive.
 * @throws StreamsError as `tumbling`, and `topology-invalid` if the advance is 0 or larger than the size.
 */
export function hopping(size: Duration, options: HoppingOptions): TimeWindows {
  return timeWindows('hopping', size, options)
}

/**
 * Windows that slide with the records: one for each distinct set of records of a key that are at most `difference` apart.
 * Both bounds of a window are inclusive. Windows begin at 0 or later, so records with a time below `difference` share one.
 * @throws StreamsError `options-invalid` for what is not a duration.
 */
export function sliding(difference: Duration, options: WindowOptions = {}): SlidingWindows {
  return Object.freeze({
    kind: 'sliding',
    differenceMs: durationMs(difference, 'sliding: difference'),
    graceMs: graceMs('sliding', options),
  })
}

/**
 * Windows that grow with the records: one for each run of records of a key with no gap larger than `gap`. Both bounds of
 * a window are inclusive.
 * @throws StreamsError `options-invalid` for what is not a duration.
 */
export function session(gap: Duration, options: WindowOptions = {}): SessionWindows {
  return Object.freeze({
    kind: 'session',
    gapMs: durationMs(gap, 'session: gap'),
    graceMs: graceMs('session', options),
  })
}

/**
 * One window that begins at `startAt` and never ends.
 * @throws StreamsError `topology-invalid` for a negative start.
 */
export function unlimited({ startAt = 0 }: UnlimitedOptions = {}): UnlimitedWindows {
  if (!Number.isSafeInteger(startAt) || startAt < 0) {
    throw new StreamsError(
      'topology-invalid',
      `unlimited: startAt ${startAt} is not a time of at least 0, in ms since the epoch`,
    )
  }
  return Object.freeze({ kind: 'unlimited', startMs: startAt })
}

function timeWindows(call: string, size: Duration, options: HoppingOptions): TimeWindows {
  const sizeMs = durationMs(size, `${call}: size`)
  if (sizeMs === 0) throw new StreamsError('topology-invalid', `${call}: the size must be larger than zero`)
  const advanceMs = durationMs(options.advance, `${call}: advance`)
  if (advanceMs === 0 || advanceMs > sizeMs) {
    throw new StreamsError(
      'topology-invalid',
      `${call}: the advance of ${advanceMs} ms must be larger than zero and at most the size of ${sizeMs} ms`,
    )
  }
  return Object.freeze({ kind: 'time', sizeMs, advanceMs, graceMs: graceMs(call, options) })
}

function graceMs(call: string, { grace = 0 }: WindowOptions): number {
  return durationMs(grace, `${call}: grace`)
}
