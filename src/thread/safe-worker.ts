import { Worker } from 'node:worker_threads'
import { TerminationLock } from '../core/termination-lock.ts'
import type { Clock } from '../core/time/clock.ts'

/** How long the end of the process waits for sections that must not be broken off, ms. */
const exitLimitMs = 5000
/** Between two looks whether a worker is in such a section, ms. */
const retryMs = 1

/** Of all workers that run. */
const locks = new Set<TerminationLock>()

/** A worker that may be terminated at any moment, without harm to the process: see TerminationLock. */
export class SafeWorker extends Worker {
  readonly #clock: Clock
  readonly #lock: TerminationLock
  #running = true

  /** @param data what the worker is given; its lock is added as `termination`, to be heeded. */
  constructor(file: URL, name: string, data: object, clock: Clock) {
    const lock = new TerminationLock()
    // The topology's module may read the program's arguments.
    super(file, { name, workerData: { ...data, termination: lock.shared }, argv: process.argv.slice(2) })
    this.#clock = clock
    this.#lock = lock
    if (locks.size === 0) process.on('exit', seizeAll)
    locks.add(lock)
    this.once('exit', () => {
      this.#running = false
      locks.delete(lock)
      if (locks.size === 0) process.off('exit', seizeAll)
    })
  }

  /** As soon as it is in no section that must not be broken off. */
  override async terminate(): Promise<number> {
    while (this.#running && !this.#lock.seize()) await this.#clock.sleep(retryMs)
    return super.terminate()
  }
}

/** The end of the process terminates its workers too. */
function seizeAll(): void {
  for (const lock of locks) lock.seizeWithin(exitLimitMs)
}
