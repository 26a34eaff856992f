import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again and again. @throws Error after `limitMs`. */
export async function until(
  what: string | (() => string),
  condition: () => boolean | Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const limit = AbortSignal.timeout(limitMs)
  while (!(await condition())) {
    if (limit.aborted)
      throw new Error(`not within ${limitMs / 1000} s: ${typeof what === 'string' ? what : what()}`)
    await sleep(2)
  }
}
