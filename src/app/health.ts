import type { SignsOfLife } from '../thread/thread-pulse.ts'
import type { AppState } from './state.ts'

/** The answer of a probe, with each reason why it is no. */
export interface HealthCheck {
  readonly ok: boolean
  readonly reasons: readonly string[]
}

/** What an orchestrator asks: whether to restart the process, and whether to send it queries. */
export interface Health {
  readonly state: AppState
  /**
   * No, if only a restart helps: the application has ended in an error, or a stream thread is blocked or hangs. A
   * broker that is away is no reason: it is waited for.
   */
  readonly live: HealthCheck
  /** Yes, if the application is RUNNING, so all state is restored, and no broker was unreachable lately. */
  readonly ready: HealthCheck
}

/** What was seen of a stream thread. */
export interface ThreadSigns {
  readonly name: string
  readonly signs: SignsOfLife
  /** Since when its event loop is not seen to turn, ms; 0 if it turned meanwhile. */
  readonly silentMs: number
  /** Since when its own loop is not, ms. */
  readonly stuckMs: number
}

export interface HealthFacts {
  readonly state: AppState
  /** What the application ended with, or is about to. */
  readonly error: Error | undefined
  readonly threads: readonly ThreadSigns[]
  /** Since a broker could not be reached, ms; undefined: that never happened. */
  readonly unreachableMs: number | undefined
  readonly limits: HealthLimits
}

export interface HealthLimits {
  /** How long a thread's event loop may be blocked, ms: the session timeout, after which its tasks go elsewhere. */
  readonly silentMs: number
  /** How long its own loop may take for a turn though the brokers are there, ms. */
  readonly stuckMs: number
}

/** A broker that could not be reached within this time is taken to be away still, ms: attempts take up to 10 s. */
const awayMs = 15_000
/** A call in flight when a broker was lost may go on for so long before the next attempt, ms. */
const waitingMs = 60_000

export function healthOf(facts: HealthFacts): Health {
  return { state: facts.state, live: check(whyNotLive(facts)), ready: check(whyNotReady(facts)) }
}

function check(reasons: readonly string[]): HealthCheck {
  return { ok: reasons.length === 0, reasons }
}

function whyNotLive({ state, error, threads, limits, unreachableMs }: HealthFacts): readonly string[] {
  const ended =
    state === 'ERROR' || state === 'PENDING_ERROR'
      ? [`the application is ${state}: ${error?.message ?? 'the reason is in the log'}`]
      : []
  const waitsForBroker = unreachableMs !== undefined && unreachableMs < waitingMs
  return [
    ...ended,
    ...threads.flatMap(({ name, signs, silentMs, stuckMs }) => {
      if (silentMs >= limits.silentMs) return [`${name} has been blocked for ${silentMs} ms`]
      // Before its first turn a thread reads global tables, however long that takes.
      const hangs = signs.turns !== 0 && stuckMs >= limits.stuckMs && !waitsForBroker
      return hangs ? [`the loop of ${name} has not turned for ${stuckMs} ms`] : []
    }),
  ]
}

function whyNotReady({ state, unreachableMs }: HealthFacts): readonly string[] {
  return [
    ...(state === 'RUNNING' ? [] : [`the application is ${state}`]),
    ...(unreachableMs !== undefined && unreachableMs < awayMs
      ? [`a broker could not be reached ${unreachableMs} ms ago`]
      : []),
  ]
}
