import type { GroupMember, Producer } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import { commitTasks } from '../task/commit.ts'
import type { GroupPlace } from './group-place.ts'
import { RepartitionTopics } from './repartition-topics.ts'
import type { TaskManager } from './task-manager.ts'
import type { ThreadContext } from './thread-context.ts'

export interface CommitCycleParts {
  readonly context: ThreadContext
  readonly tasks: TaskManager
  readonly group: GroupPlace
  readonly member: GroupMember
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

  /**
   * While the group rebalances nothing is committed: the generation may change at any moment. Only a transaction that
   * would time out is, which fails if it meets that moment, and then begins anew.
   */
  get due(): boolean {
    const { group, tasks } = this.#parts
    // What a member has that was forgotten is about to be given up.
    if (group.joining) return !group.lost && this.msToNext <= 0
    return this.msToNext <= 0 || tasks.full || tasks.active.commitRequested
  }

  /** Until the next one, ms. */
  get msToNext(): number {
    const { context, group } = this.#parts
    const after = group.joining ? this.#oldMs : context.options.commitIntervalMs
    return Math.max(0, after - this.#msSince(this.#lastCommit))
  }

  /**
   * One transaction for all tasks; then, when it is time or memory asks for it, their checkpoints.
   * @throws StreamsError `fenced`, `transaction-aborted` or worse.
   */
  async run(producer: Producer): Promise<void> {
    const { context, tasks, group, member, fail } = this.#parts
    const { clock, hooks, name, options } = context
    // It has no generation any more, or already a new one, by which the broker could refuse a zombie's offsets.
    if (group.lost)
      throw new StreamsError('fenced', 'the group has forgotten this member: others may run its tasks')
    const start = clock.monotonic()
    const records = await commitTasks([...tasks.active], producer, member.group)
    this.#lastCommit = clock.monotonic()
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

  get #oldMs(): number {
    return this.#parts.context.options.transactionTimeoutMs / 2
  }

  #msSince(time: number): number {
    return this.#parts.context.clock.monotonic() - time
  }
}
