import { setTimeout as sleep } from 'node:timers/promises'

/** Part of the message of whatever was waited for and did not come. */
export const waitedTooLong = 'not within'

/** Asks again and again. @throws Error after `limitMs`. */
export async function until(
  what: string | (() => string),
  condition: () => boolean | Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const limit = AbortSignal.timeout(limitMs)
  while (!(await condition())) {
    if (limit.aborted)
      throw new Error(`${waitedTooLong} ${limitMs / 1000} s: ${typeof what === 'string' ? what : what()}`)
    await sleep(2)
  }
}
