import type { ThreadContext } from './thread-context.ts'

/**
 * Warns if functions of the topology have kept the loop from its other work for long: past the session timeout the
 * group takes the thread for dead. A thread that is blocked for ever cannot say so itself: HealthWatch sees it.
 * @param since when the loop began to process, monotonic ms.
 */
export function warnIfBlocked({ clock, logger, name, options }: ThreadContext, since: number): void {
  const blockedMs = Math.round(clock.monotonic() - since)
  if (blockedMs <= options.sessionTimeoutMs / 3) return
  logger.warn(
    { thread: name, blockedMs },
    `stream thread ${name} was blocked for ${blockedMs} ms by a function of the topology: beyond sessionTimeout (${options.sessionTimeoutMs} ms) its tasks go elsewhere`,
  )
}
