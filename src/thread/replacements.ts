import { StreamsError } from '../core/errors.ts'
import type { Clock } from '../core/time/clock.ts'

/** So many threads in a row may die before they have begun: the next would, too. */
const maxStillborn = 5
/** Before the first of them is replaced, ms; doubled each time. */
const firstPauseMs = 250
const longestPauseMs = 4000

/**
 * When the replacement of a dead thread starts. One that dies before its loop has turned once, because its topology's
 * module cannot be imported for one, would be replaced in a tight loop for ever: it is tried again later, and not for
 * ever. Where only the broker is away it is.
 */
export class Replacements {
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()
  #stillborn = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Some replacement is still to start. */
  get pending(): boolean {
    return this.#waiting.size > 0
  }

  /**
   * @param begun the thread's loop had turned.
   * @param start starts another one.
   * @throws StreamsError `thread-died` if too many have died so in a row.
   */
  replace(error: Error, begun: boolean, start: () => void): void {
    if (begun) {
      this.#stillborn = 0
      start()
      return
    }
    this.#stillborn++
    const unreachable = StreamsError.is(error, 'broker-unreachable')
    if (this.#stillborn >= maxStillborn && !unreachable)
      throw new StreamsError(
        'thread-died',
        `${this.#stillborn} stream threads in a row died before they had begun, so no other is started: ${error.message}`,
        { cause: error },
      )
    this.#later(Math.min(firstPauseMs * 2 ** (this.#stillborn - 1), longestPauseMs), start)
  }

  /** None is started any more. */
  stop(): void {
    for (const cancel of this.#waiting) cancel()
    this.#waiting.clear()
  }

  #later(ms: number, start: () => void): void {
    const cancel = this.#clock.after(ms, () => {
      this.#waiting.delete(cancel)
      start()
    })
    this.#waiting.add(cancel)
  }
}
