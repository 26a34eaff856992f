import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/time/clock.ts'
import { removeObsoleteState } from '../store/obsolete-state.ts'
import type { StateDirectory } from '../store/state-directory.ts'
import type { ProcessTaskLocks } from '../store/task-locks.ts'

export interface StateCleanerParts {
  readonly directory: StateDirectory
  readonly locks: ProcessTaskLocks
  readonly clock: Clock
  readonly logger: Logger
  /** state.cleanup.delay.ms: after it the state of a task that has left is removed; looked at as often. */
  readonly delayMs: number
}

/** Removes now and then what tasks left behind that run elsewhere by now. */
export class StateCleaner {
  readonly #parts: StateCleanerParts
  #cancel: () => void

  constructor(parts: StateCleanerParts) {
    this.#parts = parts
    this.#cancel = parts.clock.after(parts.delayMs, () => this.#clean())
  }

  close(): void {
    this.#cancel()
  }

  #clean(): void {
    const { directory, locks, clock, logger, delayMs } = this.#parts
    try {
      const removed = removeObsoleteState(directory, locks, clock.now(), delayMs)
      if (removed.length > 0) logger.info({ removed }, 'state of tasks that run elsewhere was removed')
    } catch (err) {
      logger.warn({ err }, 'state of tasks that run elsewhere could not be removed; it is tried again')
    }
    this.#cancel = clock.after(delayMs, () => this.#clean())
  }
}
