import type { Hooks } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import type { StreamThreadHandle } from '../thread/stream-thread-handle.ts'
import type { SignsOfLife } from '../thread/thread-pulse.ts'
import { type Health, type HealthLimits, healthOf, type ThreadSigns } from './health.ts'
import type { AppState } from './state.ts'

export interface HealthWatchParts {
  readonly clock: Clock
  readonly hooks: Hooks
  readonly options: Pick<
    ResolvedOptions,
    'sessionTimeoutMs' | 'rebalanceTimeoutMs' | 'commitIntervalMs' | 'logger'
  >
  threads(): readonly StreamThreadHandle[]
}

interface Seen {
  readonly signs: SignsOfLife
  readonly beatAt: number
  readonly turnedAt: number
  readonly warned: boolean
}

/** Between two looks at the threads, ms. */
const lookMs = 1000

/** Watches the stream threads and the brokers from outside, cheaply: two counters a thread. */
export class HealthWatch {
  readonly #parts: HealthWatchParts
  readonly #limits: HealthLimits
  #seen: ReadonlyMap<StreamThreadHandle, Seen> = new Map()
  #unreachableAt: number | undefined
  #cancel: (() => void) | undefined

  constructor(parts: HealthWatchParts) {
    const { clock, hooks, options } = parts
    this.#parts = parts
    // A loop without work turns once in a commit interval.
    const stuckMs = options.rebalanceTimeoutMs + options.commitIntervalMs
    this.#limits = { silentMs: options.sessionTimeoutMs, stuckMs }
    hooks.on('brokerUnreachable', () => {
      this.#unreachableAt = clock.monotonic()
    })
  }

  /** Looks by itself from now on, and warns of worker threads that are blocked. */
  start(): void {
    this.#cancel = this.#parts.clock.after(lookMs, () => {
      this.#look()
      this.start()
    })
  }

  stop(): void {
    this.#cancel?.()
  }

  health(state: AppState, error: Error | undefined): Health {
    this.#look()
    const now = this.#parts.clock.monotonic()
    return healthOf({
      state,
      error,
      threads: [...this.#seen].map(
        ([{ name }, { signs, beatAt, turnedAt }]): ThreadSigns => ({
          name,
          signs,
          silentMs: Math.round(now - beatAt),
          stuckMs: Math.round(now - turnedAt),
        }),
      ),
      unreachableMs: this.#unreachableAt === undefined ? undefined : Math.round(now - this.#unreachableAt),
      limits: this.#limits,
    })
  }

  #look(): void {
    const now = this.#parts.clock.monotonic()
    this.#seen = new Map(
      this.#parts.threads().map((thread) => [thread, this.#lookAt(thread, this.#seen.get(thread), now)]),
    )
  }

  #lookAt(thread: StreamThreadHandle, before: Seen | undefined, now: number): Seen {
    const { signs } = thread
    if (!before) return { signs, beatAt: now, turnedAt: now, warned: false }
    const beats = signs.beats !== before.signs.beats
    const turnedAt = signs.turns === before.signs.turns ? before.turnedAt : now
    if (beats) return { signs, beatAt: now, turnedAt, warned: false }
    const silentMs = Math.round(now - before.beatAt)
    const warn = !before.warned && silentMs > this.#limits.silentMs / 3
    if (warn) this.#warn(thread.name, silentMs)
    return { signs, beatAt: before.beatAt, turnedAt, warned: before.warned || warn }
  }

  #warn(thread: string, silentMs: number): void {
    const { logger, sessionTimeoutMs } = this.#parts.options
    logger.warn(
      { thread, silentMs },
      `stream thread ${thread} has been blocked for ${silentMs} ms, by a function of the topology perhaps: beyond sessionTimeout (${sessionTimeoutMs} ms) its tasks go elsewhere`,
    )
  }
}
