import type { Clock } from '../../core/time/clock.ts'

/** Something that others wait for: check the condition, wait, check again. */
export class Signal {
  readonly #waiting = new Set<() => void>()

  /** Resolves at the next `notify`. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#onNotify(resolve))
  }

  /** Resolves at the next `notify`, or after `ms`. */
  waitAtMost(clock: Clock, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const forget = this.#onNotify(() => {
        cancel()
        resolve()
      })
      const cancel = clock.after(ms, () => {
        forget()
        resolve()
      })
    })
  }

  notify(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const run of waiting) run()
  }

  #onNotify(run: () => void): () => void {
    this.#waiting.add(run)
    return () => this.#waiting.delete(run)
  }
}
