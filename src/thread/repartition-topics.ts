import type { PartitionOffset } from '../client/client.ts'
import type { StreamTask } from '../task/stream-task.ts'
import type { ThreadContext } from './thread-context.ts'

/**
 * Deletes what tasks have read and committed of repartition topics: nobody else reads them, and they have no
 * retention (TaskManager.maybePurgeCommittedRecords).
 */
export class RepartitionTopics {
  readonly #context: ThreadContext
  #lastPurge: number
  #underWay = false

  constructor(context: ThreadContext) {
    this.#context = context
    this.#lastPurge = context.clock.monotonic()
  }

  /** After a commit: deletes what is due, without waiting for it. What fails is deleted the next time. */
  purge(tasks: Iterable<StreamTask>): void {
    const { clock, options } = this.#context
    const now = clock.monotonic()
    if (this.#underWay || now - this.#lastPurge < options.repartitionPurgeIntervalMs) return
    this.#lastPurge = now
    const read = [...tasks].flatMap((task) => task.committedRepartitions())
    if (read.length === 0) return
    this.#underWay = true
    this.#delete(read)
      .catch((err: unknown) => {
        this.#context.logger.warn({ thread: this.#context.name, err }, 'repartition topics were not purged')
      })
      .finally(() => {
        this.#underWay = false
      })
  }

  async #delete(read: readonly PartitionOffset[]): Promise<void> {
    await this.#context.client.deleteRecords(read)
  }
}
