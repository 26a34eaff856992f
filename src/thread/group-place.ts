import type { CommittedOffset, GroupMember, JoinedGroup, Producer } from '../client/client.ts'
import { isGenerationOver } from '../client/generation-over.ts'
import { StreamsError } from '../core/errors.ts'
import type { Clock } from '../core/time/clock.ts'

export interface GroupPlaceContext {
  readonly member: GroupMember
  readonly clock: Clock
  /** Something changed that the thread must look at. */
  onChange(): void
}

/** What a rebalance came to. */
export interface Assigned {
  readonly assignment: Uint8Array
  /** False if the group had forgotten the member meanwhile: what it owned may have been others'. */
  readonly continuous: boolean
}

/**
 * A stream thread's place in its group. It joins in the background, while the tasks that the thread has go on: whether
 * they stay is not known before the answer (cooperative rebalancing, KIP-429).
 */
export class GroupPlace {
  readonly #member: GroupMember
  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #stopped = new AbortController()
  #joining = false
  /** Settles with the present join, or did with the last. */
  #answered: Promise<void> = Promise.resolve()
  #joined: JoinedGroup | undefined
  /** Of the member, as of the last answer taken. */
  #losses = 0
  #failure: unknown
  /** Wall clock, ms: when to join again without being asked. */
  #rejoinAt = 0
  #cancelRejoin: (() => void) | undefined

  constructor({ member, clock, onChange }: GroupPlaceContext) {
    this.#member = member
    this.#clock = clock
    this.#onChange = onChange
    member.onRejoin = onChange
  }

  /** It is time to join, and no join is under way. */
  get due(): boolean {
    if (this.#joining || this.#joined || this.#failure !== undefined) return false
    return this.#member.rejoin || this.#clock.now() >= this.#rejoinAt
  }

  /** Between JoinGroup and SyncGroup's answer. */
  get joining(): boolean {
    return this.#joining
  }

  /** The group has forgotten this member, or had until the answer that is not taken yet: others may run its tasks. */
  get lost(): boolean {
    return this.#member.losses !== this.#losses
  }

  /** Begins to join. */
  join(): void {
    this.#joining = true
    this.rejoinAt(Number.POSITIVE_INFINITY)
    this.#answered = this.#member
      .join(this.#stopped.signal)
      .then(
        (joined) => {
          this.#joined = joined
        },
        (error: unknown) => {
          this.#failure = error
        },
      )
      .finally(() => {
        this.#joining = false
        this.#onChange()
      })
  }

  /** The answer, once. @throws what joining met. */
  take(): Assigned | undefined {
    if (this.#failure !== undefined) {
      const failure = this.#failure
      this.#failure = undefined
      this.rejoinAt(0)
      throw failure
    }
    const joined = this.#joined
    if (!joined) return undefined
    this.#joined = undefined
    const continuous = joined.losses === this.#losses
    this.#losses = joined.losses
    return { assignment: joined.assignment, continuous }
  }

  /**
   * Adds the tasks' offsets to the transaction, also while the group rebalances: until its answer is taken a member has
   * its tasks, unless it was forgotten. A generation that ends under way is followed by the next, of which the answer to
   * JoinGroup tells.
   * @throws StreamsError `fenced` if the group has forgotten it; by a new generation the broker could not tell that.
   */
  async commitOffsets(producer: Producer, offsets: readonly CommittedOffset[]): Promise<void> {
    for (;;) {
      if (this.lost) throw forgotten()
      const { group } = this.#member
      try {
        await producer.sendOffsets(offsets, group)
        return
      } catch (error) {
        if (!isGenerationOver(error)) throw error
        await this.#answered
        if (this.#member.group.generationId === group.generationId) throw error
      }
    }
  }

  /** When to join again though nobody asks, ms since the epoch; 0: at once. */
  rejoinAt(time: number): void {
    this.#rejoinAt = time
    this.#cancelRejoin?.()
    this.#cancelRejoin = undefined
    const waitMs = time - this.#clock.now()
    // A timer of more than 2^31 ms would run at once.
    if (waitMs > 0 && waitMs < 2 ** 31) this.#cancelRejoin = this.#clock.after(waitMs, this.#onChange)
  }

  /** Ends a join under way; `take` then throws `reason`. */
  stop(reason: unknown): void {
    this.#cancelRejoin?.()
    this.#stopped.abort(reason)
  }
}

export function forgotten(): StreamsError {
  return new StreamsError('fenced', 'the group has forgotten this member: others may run its tasks')
}
