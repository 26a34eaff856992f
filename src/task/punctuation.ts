import { PriorityQueue } from './priority-queue.ts'

/** Something to be called every so often. */
export interface Schedule {
  readonly node: string
  readonly everyMs: number
  /** The first time, ms. */
  readonly at: number
  /** @param timestamp the time that it has become, not the one it was due at. */
  readonly punctuate: (timestamp: number) => void
}

interface Scheduled extends Schedule {
  due: number
  cancelled: boolean
}

/** The punctuations of a task that follow one time, stream time or the wall clock (Java's PunctuationQueue). */
export class PunctuationQueue {
  readonly #queue = new PriorityQueue<Scheduled>(({ due }) => due)

  /**
   * @param now with it, calls keep to `at` plus whole intervals, and those before it are left out (a start time that the
   *   user gave); without it, what is in the past is due at once.
   * @returns a function that cancels.
   */
  schedule(schedule: Schedule, now?: number): () => void {
    const { at, everyMs } = schedule
    const due = now !== undefined && at < now ? nextDue(at, everyMs, now) : at
    const scheduled: Scheduled = { ...schedule, due, cancelled: false }
    this.#queue.add(scheduled)
    return () => {
      scheduled.cancelled = true
    }
  }

  /** When something is due next, ms; undefined if nothing is scheduled. */
  get nextDue(): number | undefined {
    return this.#queue.peek()?.due
  }

  /**
   * Runs what is due, each once however many intervals have passed.
   * @returns whether anything ran.
   */
  run(now: number, punctuate: (schedule: Schedule, now: number) => void): boolean {
    let ran = false
    for (let top = this.#queue.peek(); top && top.due <= now; top = this.#queue.peek()) {
      this.#queue.poll()
      if (top.cancelled) continue
      punctuate(top, now)
      ran = true
      if (top.cancelled) continue
      top.due = nextDue(top.due, top.everyMs, now)
      this.#queue.add(top)
    }
    return ran
  }
}

/** One interval after `due`, or the first after `now` if that has been missed. */
function nextDue(due: number, everyMs: number, now: number): number {
  if (now < due + everyMs) return due + everyMs
  return due + (Math.floor((now - due) / everyMs) + 1) * everyMs
}
