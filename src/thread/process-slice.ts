import { warnIfBlocked } from './blocked-loop.ts'
import type { TaskManager } from './task-manager.ts'
import type { ThreadContext } from './thread-context.ts'

/**
 * Records are processed for about this long between turns of the event loop, ms. Short: fetched data is read from the
 * socket only in those turns, and what its buffer holds does not last long (10 ms cost a fifth of the rate).
 */
export const sliceMs = 5

/** Takes records through the tasks, in turn, for one slice, or until memory asks for a checkpoint. */
export function processSlice(context: ThreadContext, tasks: TaskManager): void {
  const { clock } = context
  const start = clock.monotonic()
  const end = start + sliceMs
  for (let worked = true; worked && clock.monotonic() < end; ) {
    worked = false
    if (tasks.full) break
    for (const task of tasks.active) {
      if (!task.ready) continue
      task.process()
      worked = true
      if (clock.monotonic() >= end || tasks.full) break
    }
  }
  warnIfBlocked(context, start)
}
