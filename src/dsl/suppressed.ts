import { StreamsError } from '../core/errors.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { Windowed } from '../serde/windowed.ts'

/** How much `suppress` may hold back, and whether its changelog is written. */
export interface SuppressBufferOptions {
  /** Without limit if not given. */
  readonly maxRecords?: number
  /** Keys, values, headers and some bytes for each record, as Java estimates them; without limit if not given. */
  readonly maxBytes?: number
  /** False: what is held back is lost with the task. */
  readonly changelog?: boolean
  /** Configs of the changelog topic, over those that Java gives it. */
  readonly topicConfig?: Readonly<Record<string, string>>
}

export interface TimeLimitOptions extends SuppressBufferOptions {
  /** When the buffer is full, emit the earliest before their time (the default), or fail. */
  readonly onFull?: 'emit-early' | 'shut-down'
}

export interface WindowCloseOptions extends SuppressBufferOptions {
  /** A full buffer always fails: a result that came early would not be final. */
  readonly onFull?: 'shut-down'
}

/** What a table's `suppress` takes; `K` are the keys it is for. */
export interface Suppression<in K> {
  readonly until: 'time-limit' | 'window-close'
  readonly limitMs: number | undefined
  readonly options: SuppressBufferOptions & { readonly onFull: 'emit-early' | 'shut-down' }
  /** Never set: carries the type of the keys. */
  readonly keys?: (key: K) => void
}

/**
 * Emits one final result per window, once stream time has passed its end and grace. Without limits the buffer grows
 * with the number of open windows.
 */
export function untilWindowCloses(options: WindowCloseOptions = {}): Suppression<Windowed<unknown>> {
  return suppression('untilWindowCloses', 'window-close', undefined, { onFull: 'shut-down', ...options })
}

/**
 * Emits the last update of a key once stream time is so much later than its first one held back.
 * @throws StreamsError `options-invalid` for what is not a duration.
 */
export function untilTimeLimit(limit: Duration, options: TimeLimitOptions = {}): Suppression<unknown> {
  const onFull = options.onFull ?? (isLimited(options) ? 'emit-early' : 'shut-down')
  return suppression('untilTimeLimit', 'time-limit', durationMs(limit, 'untilTimeLimit: limit'), {
    ...options,
    onFull,
  })
}

function isLimited({ maxRecords, maxBytes }: SuppressBufferOptions): boolean {
  return maxRecords !== undefined || maxBytes !== undefined
}

function suppression(
  call: string,
  until: Suppression<unknown>['until'],
  limitMs: number | undefined,
  options: Suppression<unknown>['options'],
): Suppression<unknown> {
  for (const limit of ['maxRecords', 'maxBytes'] as const) {
    const given = options[limit]
    if (given !== undefined && !(Number.isSafeInteger(given) && given >= 0))
      throw new StreamsError('options-invalid', `${call}: ${limit} must be a whole number of at least 0`)
  }
  return Object.freeze({ until, limitMs, options: Object.freeze({ ...options }) })
}
