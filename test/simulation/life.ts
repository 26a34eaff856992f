import { setMaxListeners } from 'node:events'
import type { GroupMember, Producer } from '../../src/client/client.ts'
import type { Clock } from '../../src/core/time/clock.ts'
import type { Process } from './process.ts'
import type { Actor, Scheduler } from './scheduler.ts'

/** What everything meets that a killed process still does. */
export class Killed extends Error {}

/** Midnight at which runs begin, ms since the epoch. */
export const midnight: number = Date.UTC(2024, 0, 5)

/** A process from its start to its end: what it does goes through its clock, and ends with it. */
export class Life implements Actor {
  readonly name: string
  readonly process: Process
  readonly clock: Clock
  readonly producers: Set<Producer> = new Set()
  /** By which it can be fenced. */
  readonly transactionalIds: Set<string> = new Set()
  /** Its places in the group. */
  readonly members: Set<GroupMember> = new Set()
  frozenUntil = 0
  /** How far its wall clock is ahead, ms. */
  skewMs: number
  #death: Killed | undefined
  readonly #end = new AbortController()

  constructor(name: string, process: Process, scheduler: Scheduler, skewMs: number) {
    this.name = name
    this.process = process
    this.skewMs = skewMs
    this.clock = lifeClock(this, scheduler)
    setMaxListeners(0, this.#end.signal)
  }

  get death(): Killed | undefined {
    return this.#death
  }

  /** Aborts at its death. */
  get signal(): AbortSignal {
    return this.#end.signal
  }

  /** `kill -9`. */
  kill(scheduler: Scheduler): void {
    this.#death = new Killed(`${this.name} was killed`)
    scheduler.bury(this)
    this.#end.abort(this.#death)
  }
}

function lifeClock(life: Life, scheduler: Scheduler): Clock {
  return {
    now: () => midnight + scheduler.now + life.skewMs,
    monotonic: () => scheduler.now,
    after: (ms, run) => scheduler.after(life, 'timer', ms, run),
    turn: () => scheduler.wait(life, 'turn'),
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const stop = (): void => reject(signal?.reason)
        if (signal?.aborted) stop()
        signal?.addEventListener('abort', stop, { once: true })
        scheduler
          .wait(life, 'sleep', ms)
          .then(resolve, reject)
          .finally(() => signal?.removeEventListener('abort', stop))
      })
    },
  }
}
