import type { ThreadContext } from './thread-context.ts'

/**
 * Looks now and then whether the topics that tasks read are still those of the last rebalance, as Java's consumer does
 * whenever its metadata are older than metadata.max.age.ms.
 */
export class TopicWatch {
  readonly #context: ThreadContext
  readonly #onChange: () => void
  #lastLook: number
  #underWay = false
  #changed = false
  /** Counts rebalances. */
  #round = 0

  constructor(context: ThreadContext, onChange: () => void) {
    this.#context = context
    this.#onChange = onChange
    this.#lastLook = context.clock.monotonic()
  }

  /** They are others than at the last rebalance: another one is due. */
  get changed(): boolean {
    return this.#changed
  }

  /** Before a rebalance: finds out what to join with. @throws StreamsError `topology-invalid` if two patterns match one topic. */
  async refresh(): Promise<void> {
    this.#round++
    this.#changed = false
    this.#lastLook = this.#context.clock.monotonic()
    await this.#context.assignor.topics.refresh()
  }

  /** Looks if it is time, without waiting for it. What fails is looked for the next time. */
  look(): void {
    const { clock, options, logger, name } = this.#context
    const now = clock.monotonic()
    if (this.#underWay || this.#changed || now - this.#lastLook < options.metadataMaxAgeMs) return
    this.#lastLook = now
    this.#underWay = true
    this.#compare(this.#round)
      .catch((err: unknown) => {
        logger.warn({ thread: name, err }, 'the topics of the cluster could not be listed')
      })
      .finally(() => {
        this.#underWay = false
      })
  }

  async #compare(round: number): Promise<void> {
    const changed = await this.#context.assignor.topics.changed()
    if (!changed || round !== this.#round) return
    this.#changed = true
    this.#onChange()
  }
}
