import type { GroupMember, JoinedGroup } from '../client/client.ts'
import type { Clock } from '../core/time/clock.ts'

export interface GroupPlaceContext {
  readonly member: GroupMember
  readonly clock: Clock
  /** Something changed that the thread must look at. */
  onChange(): void
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
  #joined: JoinedGroup | undefined
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
    return this.#member.lost || this.#joined?.continuous === false
  }

  /** Begins to join. */
  join(): void {
    this.#joining = true
    this.rejoinAt(Number.POSITIVE_INFINITY)
    this.#member
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
  take(): JoinedGroup | undefined {
    if (this.#failure !== undefined) {
      const failure = this.#failure
      this.#failure = undefined
      this.rejoinAt(0)
      throw failure
    }
    const joined = this.#joined
    this.#joined = undefined
    return joined
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
