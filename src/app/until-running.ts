import { StreamsError } from '../core/errors.ts'
import type { Hooks } from '../core/hooks.ts'

/** Resolves when the application is RUNNING. @throws StreamsError what it ends with before that. */
export function untilRunning(hooks: Hooks): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = hooks.on('state', ({ to, error }) => {
      if (to !== 'RUNNING' && to !== 'ERROR' && to !== 'NOT_RUNNING') return
      stop()
      if (to === 'RUNNING') resolve()
      else
        reject(
          error ?? new StreamsError('lifecycle', 'start: the application was closed before it was running'),
        )
    })
  })
}
