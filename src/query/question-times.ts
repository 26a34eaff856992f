import { StreamsError } from '../core/errors.ts'

/** Ms since the epoch, or a Date. */
export type Time = number | Date

export const earliest = 0
export const latest: number = Number.MAX_SAFE_INTEGER

/** @throws StreamsError `value-out-of-range` */
export function msOf(time: Time, what: string): number {
  const ms = typeof time === 'number' ? time : time.getTime()
  if (Number.isSafeInteger(ms)) return ms
  if (ms === Number.POSITIVE_INFINITY) return latest
  if (ms === Number.NEGATIVE_INFINITY) return earliest
  throw new StreamsError('value-out-of-range', `query: ${what}: ${String(time)} is no time in whole ms`)
}
