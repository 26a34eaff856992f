import type { Clock } from '../core/time/clock.ts'

/** Waits for an end, after `limitMs` (if given) by force. */
export async function withinLimit(
  clock: Clock,
  limitMs: number | undefined,
  end: Promise<void>,
  force: () => void,
): Promise<void> {
  const cancel = limitMs === undefined ? undefined : clock.after(limitMs, force)
  try {
    await end
  } finally {
    cancel?.()
  }
}
