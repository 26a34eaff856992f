import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/time/clock.ts'

export interface SummaryLogParts {
  readonly clock: Clock
  readonly hooks: Hooks
  readonly logger: Logger
  /** log.summary.interval.ms; 0: there is none. */
  readonly intervalMs: number
}

/** Says in the log now and then how much was processed, so that an application at rest is told from a dead one. */
export class SummaryLog {
  readonly #parts: SummaryLogParts
  #records = 0
  #commits = 0
  #cancel: (() => void) | undefined

  constructor(parts: SummaryLogParts) {
    this.#parts = parts
    parts.hooks.on('committed', ({ records }) => {
      this.#records += records
      this.#commits++
    })
    this.#next()
  }

  close(): void {
    this.#cancel?.()
  }

  #next(): void {
    const { clock, intervalMs } = this.#parts
    if (intervalMs > 0) this.#cancel = clock.after(intervalMs, () => this.#tell())
  }

  #tell(): void {
    const { logger, intervalMs } = this.#parts
    const records = this.#records
    const commits = this.#commits
    this.#records = 0
    this.#commits = 0
    logger.info(
      { records, commits, intervalMs },
      `processed ${records.toLocaleString('en')} records in ${commits} commits since ${intervalMs / 1000} s`,
    )
    this.#next()
  }
}
