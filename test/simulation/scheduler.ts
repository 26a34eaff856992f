import type { Random } from '../crash/random.ts'
import type { Trace } from './trace.ts'

/** Somebody whose code runs in virtual time: one life of a process, the cluster, the input. */
export interface Actor {
  readonly name: string
  /** Until then nothing of it goes on, as after SIGSTOP; virtual ms. */
  frozenUntil: number
  /** Why it is dead; undefined: it lives. Nothing of a dead actor is scheduled. */
  readonly death: Error | undefined
}

interface Waiting {
  readonly actor: Actor
  readonly what: string
  readonly ticket: number
  /** Virtual ms. */
  readonly at: number
  readonly resume: () => void
  readonly drop: ((reason: Error) => void) | undefined
}

/** Turns of the event loop that work outside of JavaScript, or the end of a killed process, may take. */
const mostTurns = 200_000

/**
 * Virtual time, and who goes on next: whoever waits has a ticket, and one of those whose time has come is drawn, by a
 * seed. Between two draws everything runs until nothing moves any more, work outside of JavaScript included (LMDB has
 * threads of its own); so nothing depends on how long real things take.
 */
export class Scheduler {
  readonly trace: Trace
  readonly #random: Random
  readonly #waiting = new Map<number, Waiting>()
  /** Told when somebody goes on before one that has waited longer. */
  readonly #onOvertaking: (what: string) => void
  #now = 0
  #tickets = 0
  #busy = 0

  constructor(random: Random, trace: Trace, onOvertaking: (what: string) => void) {
    this.#random = random
    this.trace = trace
    this.#onOvertaking = onOvertaking
  }

  /** Virtual ms since the start. */
  get now(): number {
    return this.#now
  }

  note(actor: Pick<Actor, 'name'>, what: string): void {
    this.trace.add(this.#now, actor.name, what)
  }

  /** A place in the order, taken before it is known when the waiting begins. */
  ticket(): number {
    return ++this.#tickets
  }

  /** Resolves when the actor is drawn, after `ms` at the earliest. @throws its death */
  wait(actor: Actor, what: string, ms = 0, ticket: number = this.ticket()): Promise<void> {
    if (actor.death) return Promise.reject(actor.death)
    return new Promise((resolve, reject) => {
      const at = this.#now + Math.ceil(ms)
      this.#waiting.set(ticket, { actor, what, ticket, at, resume: resolve, drop: reject })
    })
  }

  /** Runs `run` when it is drawn, after `ms` at the earliest. @returns a function that cancels it. */
  after(actor: Actor, what: string, ms: number, run: () => void): () => void {
    if (actor.death) return () => {}
    const ticket = this.ticket()
    // Time is counted in whole milliseconds, as by wall clocks.
    const at = this.#now + Math.max(0, Math.ceil(ms))
    this.#waiting.set(ticket, { actor, what, ticket, at, resume: run, drop: undefined })
    return () => this.#waiting.delete(ticket)
  }

  /** Work outside of JavaScript: nobody is drawn until it is done, and then its actor waits for its turn. */
  async real<T>(actor: Actor, what: string, work: () => Promise<T>): Promise<T> {
    const ticket = this.ticket()
    this.#busy++
    try {
      return await work()
    } finally {
      this.#busy--
      if (!actor.death) await this.wait(actor, what, 0, ticket)
    }
  }

  /** Nobody is drawn until it has settled: of what is done without virtual time. */
  whileBusy(work: Promise<unknown>): void {
    this.#busy++
    const done = (): void => {
      this.#busy--
    }
    work.then(done, done)
  }

  /** The actor has died. */
  bury(actor: Actor): void {
    for (const [ticket, waiting] of this.#waiting) {
      if (waiting.actor !== actor) continue
      this.#waiting.delete(ticket)
      waiting.drop?.(actor.death!)
    }
  }

  /** Draws one and lets it run. @throws Error if nobody waits, or something does not come to rest. */
  async step(): Promise<void> {
    const drawn = this.#draw()
    this.#waiting.delete(drawn.ticket)
    this.note(drawn.actor, drawn.what)
    drawn.resume()
    await this.settle()
  }

  /** Until nothing moves that does not wait for a turn. */
  async settle(): Promise<void> {
    for (let turns = 0; turns === 0 || this.#busy > 0; turns++) {
      if (turns > mostTurns) throw new Error(`${this.#busy} things do not come to rest`)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #draw(): Waiting {
    if (this.#waiting.size === 0) throw new Error('nobody waits for anything: all is stuck')
    // Code takes its time.
    if (this.#random.chance(0.2)) this.#now++
    let ready = this.#ready()
    while (ready.length === 0) {
      this.#now = Math.min(...[...this.#waiting.values()].map(timeOf))
      ready = this.#ready()
    }
    const drawn = this.#random.pick(ready)
    if (drawn !== ready[0]) this.#onOvertaking(drawn.what)
    return drawn
  }

  /** In the order of their tickets: insertion may depend on real time. */
  #ready(): Waiting[] {
    const ready = [...this.#waiting.values()].filter((waiting) => timeOf(waiting) <= this.#now)
    return ready.sort((a, b) => a.ticket - b.ticket)
  }
}

function timeOf({ at, actor }: Waiting): number {
  return Math.max(at, actor.frozenUntil)
}
