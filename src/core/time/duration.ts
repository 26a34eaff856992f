import { StreamsError } from '../errors.ts'

/** Milliseconds, or text such as `'500ms'`, `'30s'`, `'5m'`, `'2h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** @returns whole milliseconds. @throws StreamsError `options-invalid` naming `what` if it is not a duration of at least 0. */
export function durationMs(duration: Duration, what = 'duration'): number {
  const ms = typeof duration === 'number' ? duration : parse(duration)
  if (Number.isSafeInteger(ms) && ms >= 0) return ms
  throw new StreamsError(
    'options-invalid',
    `${what}: ${JSON.stringify(duration)} is not a whole number of milliseconds of at least 0, nor text such as '30s'`,
  )
}

function parse(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  return match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : Number.NaN
}
