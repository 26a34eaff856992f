import type { Producer } from '../client/client.ts'
import { commitTasks } from '../task/commit.ts'
import type { GroupPlace } from './group-place.ts'
import { RepartitionTopics } from './repartition-topics.ts'
import type { TaskManager } from './task-manager.ts'
import type { ThreadContext } from './thread-context.ts'

export interface CommitCycleParts {
  readonly context: ThreadContext
  readonly tasks: TaskManager
  readonly group: GroupPlace
  /** A checkpoint that nobody waits for failed. */
  fail(error: unknown): void
}

/** When a stream thread commits, and what it does beside: checkpoints, and the purge of repartition topics. */
export class CommitCycle {
  readonly #parts: CommitCycleParts
  readonly #repartitionTopics: RepartitionTopics
  #lastCommit: number
  #lastCheckpoint: number

  constructor(parts: CommitCycleParts) {
    this.#parts = parts
    this.#repartitionTopics = new RepartitionTopics(parts.context)
    this.#lastCommit = parts.context.clock.monotonic()
    this.#lastCheckpoint = this.#lastCommit
  }

  get due(): boolean {
    const { tasks } = this.#parts
    if (this.#hopeless) return false
    return this.msToNext <= 0 || tasks.full || tasks.active.commitRequested
  }

  /** Until the next one, ms. */
  get msToNext(): number {
    const { commitIntervalMs } = this.#parts.context.options
    if (this.#hopeless) return commitIntervalMs
    return Math.max(0, commitIntervalMs - this.#msSince(this.#lastCommit))
  }

  /**
   * One transaction for all tasks; then, when it is time or memory asks for it, their checkpoints.
   * @throws StreamsError `fenced`, `transaction-aborted` or worse.
   */
  async run(producer: Producer): Promise<void> {
    const { context, tasks, group, fail } = this.#parts
    const { clock, hooks, name, options } = context
    const start = clock.monotonic()
    const records = await commitTasks([...tasks.active], producer, (offsets) =>
      group.commitOffsets(producer, offsets),
    )
    this.#lastCommit = clock.monotonic()
    if (records > 0) context.meters.committed(this.#lastCommit - start)
    if (records > 0) hooks.emit('committed', { thread: name, records, durationMs: this.#lastCommit - start })
    this.#repartitionTopics.purge(tasks.active)
    const { full } = tasks
    if (!full && this.#msSince(this.#lastCheckpoint) < options.checkpointIntervalMs) return
    this.#lastCheckpoint = this.#lastCommit
    const checkpoints = Promise.all(tasks.all.map((task) => task.checkpoint()))
    // Memory is bounded: above half of it nothing more is taken in until the rows are on disk.
    if (full) await checkpoints
    else checkpoints.catch(fail)
  }

  /** What a member has that was forgotten is about to be given up. */
  get #hopeless(): boolean {
    return this.#parts.group.lost
  }

  #msSince(time: number): number {
    return this.#parts.context.clock.monotonic() - time
  }
}
