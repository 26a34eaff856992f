import { StreamsError } from '../core/errors.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { TimeWindows } from '../plan/windows.ts'

export interface WindowOptions {
  /** How long after its end, in stream time, a window takes late records; 0 if not given. */
  readonly grace?: Duration
}

/**
 * Windows of a fixed size that follow each other, aligned to the epoch: `tumbling('5m', { grace: '1m' })`.
 * @throws StreamsError `topology-invalid` for a size of 0, `options-invalid` for what is not a duration.
 */
export function tumbling(size: Duration, options: WindowOptions = {}): TimeWindows {
  const sizeMs = durationMs(size, 'tumbling: size')
  if (sizeMs === 0) throw new StreamsError('topology-invalid', 'tumbling: the size must be larger than zero')
  const graceMs = durationMs(options.grace ?? 0, 'tumbling: grace')
  return Object.freeze({ kind: 'time', sizeMs, advanceMs: sizeMs, graceMs })
}
