import type { Hooks, RestoreProgress } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/time/clock.ts'
import { restoreLine } from './restore-progress.ts'

/** Between two lines about stores that are being restored, ms. */
const lineMs = 10_000

/**
 * Says in the log how far the stores are restored: a line every ten seconds with the rate and what remains, and one at
 * the end.
 */
export function logRestoring(hooks: Hooks, clock: Clock, logger: Logger): void {
  const log = new RestoreLog(clock, logger)
  hooks.on('restoring', (progress) => log.restoring(progress))
  for (const end of ['restored', 'restoreSuspended'] as const)
    hooks.on(end, ({ task, store, records }) => log.ended(nameOf(task, store), records))
}

class RestoreLog {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #underWay = new Map<string, RestoreProgress>()
  #began = 0
  #lastLine = 0
  /** What has ended since nothing was under way. */
  #done = { stores: 0, records: 0 }
  /** As of the last line. */
  #recordsThen = 0

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  get #records(): number {
    let records = this.#done.records
    for (const progress of this.#underWay.values()) records += progress.records
    return records
  }

  restoring(progress: RestoreProgress): void {
    const now = this.#clock.monotonic()
    if (this.#underWay.size === 0) this.#begin(now)
    this.#underWay.set(nameOf(progress.task, progress.store), progress)
    if (now - this.#lastLine < lineMs) return
    const records = this.#records
    const perSecond = Math.round((records - this.#recordsThen) / ((now - this.#lastLine) / 1000))
    this.#lastLine = now
    this.#recordsThen = records
    const stores = [...this.#underWay.values()]
    const remaining = stores.reduce((sum, { next, to }) => sum + Math.max(0, to - next), 0)
    this.#logger.info(
      { stores: stores.length, records, perSecond, remaining },
      `${restoreLine(stores)}, ${perSecond.toLocaleString('en')} records/s`,
    )
  }

  #begin(now: number): void {
    this.#began = now
    this.#lastLine = now
    this.#done = { stores: 0, records: 0 }
    this.#recordsThen = 0
  }

  ended(store: string, records: number): void {
    if (!this.#underWay.delete(store)) return
    this.#done = { stores: this.#done.stores + 1, records: this.#done.records + records }
    if (this.#underWay.size > 0) return
    const { stores, records: total } = this.#done
    const durationMs = Math.round(this.#clock.monotonic() - this.#began)
    this.#logger.info(
      { stores, records: total, durationMs },
      `restoring has ended: ${stores} ${stores === 1 ? 'store' : 'stores'}, ${total.toLocaleString('en')} records in ${durationMs} ms`,
    )
  }
}

function nameOf(task: string, store: string): string {
  return `${task} ${store}`
}
