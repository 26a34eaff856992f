import type { Hooks, RestoreProgress } from '../core/hooks.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Changelog } from './changelog.ts'
import type { StreamTask } from './stream-task.ts'

/** Between two reports of one changelog that is restored, ms. */
const reportMs = 1000

/** Counts what is read of one changelog, and tells it (Java's StateRestoreListener and StandbyUpdateListener). */
export class ChangelogProgress {
  readonly #task: StreamTask
  readonly #changelog: Changelog
  readonly #standby: boolean
  readonly #clock: Clock
  readonly #hooks: Hooks
  readonly #from: number
  readonly #start: number
  #records = 0
  #reported: number

  constructor(
    task: StreamTask,
    changelog: Changelog,
    standby: boolean,
    { clock, hooks }: { readonly clock: Clock; readonly hooks: Hooks },
  ) {
    this.#task = task
    this.#changelog = changelog
    this.#standby = standby
    this.#clock = clock
    this.#hooks = hooks
    this.#from = changelog.next
    this.#start = clock.monotonic()
    this.#reported = this.#start
    if (!standby) hooks.emit('restoring', this.#facts())
  }

  /** Some records more, and the end of the log as it is known by now. */
  read(records: number, logEnd: number): void {
    this.#records += records
    if (this.#standby) this.#changelog.end = Math.max(this.#changelog.end, logEnd)
    const now = this.#clock.monotonic()
    if (!this.#standby && now - this.#reported < reportMs) return
    this.#reported = now
    this.#hooks.emit(this.#standby ? 'standbyUpdated' : 'restoring', this.#facts())
  }

  /** The store is complete. */
  done(): void {
    const { next } = this.#changelog
    const { task, store, from } = this.#facts()
    const durationMs = this.#clock.monotonic() - this.#start
    this.#hooks.emit('restored', { task, store, from, to: next, records: this.#records, durationMs })
  }

  /** The task goes elsewhere before its store is complete; or the standby ends. */
  suspended(): void {
    this.#hooks.emit(this.#standby ? 'standbySuspended' : 'restoreSuspended', this.#facts())
  }

  #facts(): RestoreProgress {
    const { store, topic, partition, next, end } = this.#changelog
    const elapsedMs = this.#clock.monotonic() - this.#start
    const offsets = next - this.#from
    const remaining = Math.max(0, end - next)
    return {
      task: this.#task.name,
      store,
      topic,
      partition,
      from: this.#from,
      next,
      to: end,
      records: this.#records,
      remainingMs: offsets === 0 ? null : Math.round((remaining * elapsedMs) / offsets),
    }
  }
}
