import type { StreamsError } from '../../core/errors.ts'
import { kafkaError } from '../../protocol/error-codes.ts'
import { isRetriableError, kafkaErrorOf } from '../../protocol/kafka-error.ts'
import type { ClientContext } from '../client.ts'
import type { KafkaSettings } from './options.ts'
import { clientClosed, isNetworkError } from './unreachable.ts'

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined
  /** What the broker calls retriable has no limit either. */
  readonly forEver?: boolean
}

/** First and longest pause, ms. */
type Pauses = readonly [number, number]

/** What these wait for is over in milliseconds: the end of the last transaction, and of one with offsets in it. */
const shortPauses: ReadonlyMap<number, Pauses> = new Map([
  [kafkaError.CONCURRENT_TRANSACTIONS, [2, 20]],
  [kafkaError.UNSTABLE_OFFSET_COMMIT, [5, 100]],
])

/**
 * When to try again, in one place. The network is tried for ever once it has worked, and for `startTimeoutMs` until
 * then; what the broker calls retriable, until the call's limit.
 */
export class Retry {
  readonly #context: ClientContext
  readonly #settings: KafkaSettings
  readonly #closing = new AbortController()
  #everConnected = false

  constructor(context: ClientContext, settings: KafkaSettings) {
    this.#context = context
    this.#settings = settings
  }

  /** Aborts when the client is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Ends every wait and every repetition. */
  close(): void {
    this.#closing.abort(clientClosed())
  }

  /** @throws what the attempt threw last; the signal's reason; StreamsError `lifecycle` once the client is closed */
  async run<T>(attempt: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
    const started = this.#context.clock.monotonic()
    for (let failures = 1; ; failures++) {
      throwIfAborted(options.signal)
      throwIfAborted(this.closing)
      try {
        const result = await attempt()
        this.#everConnected = true
        return result
      } catch (error) {
        const elapsed = this.#context.clock.monotonic() - started
        if (!this.#worthAnother(error, failures, elapsed, options)) throw error
        await this.pause(failures, options.signal, shortPauses.get(kafkaErrorOf(error) ?? 0))
      }
    }
  }

  /** Longer with each failure. @throws the signal's reason */
  async pause(failures: number, signal?: AbortSignal, pauses?: Pauses): Promise<void> {
    const { retryBackoffMs, retryBackoffMaxMs } = this.#settings
    const [first, longest] = pauses ?? [retryBackoffMs, retryBackoffMaxMs]
    const ms = pauseMs(failures, first, longest)
    const closing = this.closing
    await this.#context.clock.sleep(ms, signal ? AbortSignal.any([signal, closing]) : closing)
  }

  /** Tells the hooks of a failed attempt to reach a broker. */
  report(error: StreamsError, attempt: number): void {
    this.#context.hooks.emit('brokerUnreachable', { error, attempt })
  }

  #worthAnother(error: unknown, failures: number, elapsed: number, options: RetryOptions): boolean {
    if (this.closing.aborted || options.signal?.aborted) return false
    if (isNetworkError(error)) {
      this.report(error, failures)
      return this.#everConnected || elapsed < this.#settings.startTimeoutMs
    }
    this.#everConnected ||= kafkaErrorOf(error) !== undefined
    return isRetriableError(error) && (options.forEver === true || elapsed < this.#settings.apiTimeoutMs)
  }
}

export function pauseMs(failures: number, first: number, longest: number): number {
  return Math.min(first * 2 ** Math.min(failures - 1, 16), longest)
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason
}
