import type { StreamsError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import { isRetriableError } from '../../protocol/kafka-error.ts'
import type { GroupOptions } from '../client.ts'
import { heartbeatPauseMs } from '../heartbeat-pause.ts'
import type { Cluster } from './cluster.ts'
import { pauseMs } from './retry.ts'
import { clientClosed, isNetworkError } from './unreachable.ts'

export interface HeartbeatEvents {
  /** Sends one. @throws when it is not answered well within `limitMs` */
  beat(limitMs: number): Promise<void>
  /** The broker said something else. @returns whether to go on */
  refused(error: StreamsError): boolean
  /** None was answered for a whole session. */
  expired(): void
}

/** A group member's heartbeats in the background, until they are stopped or the member is none any more. */
export class Heartbeats {
  readonly #cluster: Cluster
  readonly #options: GroupOptions
  readonly #events: HeartbeatEvents
  #stop: AbortController | undefined

  constructor(cluster: Cluster, options: GroupOptions, events: HeartbeatEvents) {
    this.#cluster = cluster
    this.#options = options
    this.#events = events
  }

  start(): void {
    this.stop()
    this.#stop = new AbortController()
    void this.#run(this.#stop.signal)
  }

  stop(): void {
    this.#stop?.abort(clientClosed())
    this.#stop = undefined
  }

  /** Never rejects. */
  async #run(stopped: AbortSignal): Promise<void> {
    const { clock } = this.#cluster.context
    const { heartbeatIntervalMs, sessionTimeoutMs } = this.#options
    // The broker counts a session from a heartbeat's arrival, so here from when it was sent.
    const startedAt = clock.monotonic()
    let heardAt = startedAt
    const left = (): number => heardAt + sessionTimeoutMs - clock.monotonic()
    for (let failures = 0; ; ) {
      const regular = heartbeatPauseMs(clock.monotonic() - startedAt, heartbeatIntervalMs)
      const pause = failures === 0 ? regular : pauseMs(failures, 20, heartbeatIntervalMs)
      if (!(await sleeps(clock, Math.min(pause, left()), stopped))) return
      const sentAt = clock.monotonic()
      const answer = await this.#beat(left(), failures + 1)
      if (stopped.aborted || answer === 'over') return
      failures = answer === 'heard' ? 0 : failures + 1
      if (answer === 'heard') heardAt = sentAt
      else if (left() <= 0) {
        this.#events.expired()
        return
      }
    }
  }

  async #beat(limitMs: number, attempt: number): Promise<'heard' | 'unheard' | 'over'> {
    const stop = this.#stop
    try {
      await this.#events.beat(limitMs)
      return 'heard'
    } catch (error) {
      const { retry } = this.#cluster
      if (this.#stop !== stop || retry.closing.aborted) return 'over'
      if (isNetworkError(error)) retry.report(error, attempt)
      if (isNetworkError(error) || isRetriableError(error)) return 'unheard'
      return this.#events.refused(error as StreamsError) ? 'heard' : 'over'
    }
  }
}

/** @returns false if it was stopped */
async function sleeps(clock: Clock, ms: number, stopped: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, stopped)
    return true
  } catch (error) {
    if (stopped.aborted) return false
    throw error
  }
}
