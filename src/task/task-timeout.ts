import { StreamsError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/time/clock.ts'
import { within } from '../core/time/within.ts'
import { isRetriableError } from '../protocol/kafka-error.ts'

export interface TaskTimeoutParts {
  readonly clock: Clock
  readonly logger: Logger
  /** task.timeout.ms; 0: nothing is repeated. */
  readonly timeoutMs: number
}

/** A call of Java's clients times out after so long (default.api.timeout.ms): only then does task.timeout.ms begin. */
const callMs = 60_000
/** Between two attempts, ms. */
const pauseMs = 1000

/**
 * Calls to the broker without which tasks cannot begin - metadata, offsets, the producer's id - repeated while that may
 * help, and not for longer than the task's timeout (KIP-572). What goes on for ever when the broker is away is the
 * reading of records, as in Java.
 */
export class TaskTimeout {
  readonly #parts: TaskTimeoutParts

  constructor(parts: TaskTimeoutParts) {
    this.#parts = parts
  }

  /**
   * @param what is to be done, for the log and the error.
   * @throws StreamsError `task-timeout`; what the call throws and no other attempt would mend.
   */
  async run<T>(what: string, call: () => Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#parts
    const attempts = new Attempts(this.#parts, what)
    try {
      return await within(clock, callMs + timeoutMs, attempts.run(call), () => attempts.timedOut())
    } finally {
      attempts.end()
    }
  }
}

class Attempts {
  readonly #parts: TaskTimeoutParts
  readonly #what: string
  readonly #ended = new AbortController()
  readonly #started: number
  #last: unknown

  constructor(parts: TaskTimeoutParts, what: string) {
    this.#parts = parts
    this.#what = what
    this.#started = parts.clock.monotonic()
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    const { clock, logger } = this.#parts
    for (;;) {
      try {
        return await call()
      } catch (error) {
        if (!mayPass(error)) throw error
        this.#last = error
        if (this.#parts.timeoutMs === 0) throw this.timedOut()
        logger.warn({ err: error }, `${this.#what}: tried again, ${error.message}`)
      }
      await clock.sleep(pauseMs, this.#ended.signal)
    }
  }

  /** No other attempt is made. */
  end(): void {
    this.#ended.abort(this.#last)
  }

  timedOut(): StreamsError {
    const seconds = Math.round((this.#parts.clock.monotonic() - this.#started) / 1000)
    const why = this.#last instanceof Error ? this.#last.message : 'the broker has not answered'
    return new StreamsError('task-timeout', `${this.#what}: not possible for ${seconds} s: ${why}`, {
      cause: this.#last,
    })
  }
}

/** What the broker refused for too long. That it cannot be reached ends a call only where it never could. */
function mayPass(error: unknown): error is StreamsError {
  return isRetriableError(error) || StreamsError.is(error, 'transaction-pending')
}
