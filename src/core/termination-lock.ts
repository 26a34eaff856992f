import { StreamsError } from './errors.ts'

const free = 0
const held = 1
const seized = 2

/** Of this thread, if another one may terminate it. */
let own: Int32Array | undefined

/**
 * Held by a worker thread in sections that must not stay half done, and seized by the thread that terminates it:
 * `worker.terminate()` comes between any two statements, and makes most calls that native code makes back fail. lmdb-js
 * then ends the process, or the worker, and `process.exit` with it, waits for ever for a transaction that nobody ends.
 */
export class TerminationLock {
  /** What the worker thread is given. It holds the lock until it heeds it: native code may be loaded by then. */
  readonly shared: Int32Array = new Int32Array(new SharedArrayBuffer(4)).fill(held)

  /** @returns whether the worker may be terminated: it begins no section from then on. False while it is in one. */
  seize(): boolean {
    return Atomics.compareExchange(this.shared, 0, free, seized) !== held
  }

  /** Blocks until the worker may be terminated. @returns false if that takes longer than `limitMs`. */
  seizeWithin(limitMs: number): boolean {
    for (let waited = 0; waited < limitMs && !this.seize(); waited++) Atomics.wait(this.shared, 0, held, 1)
    return this.seize()
  }
}

/** How long it may take from the seizure to the termination, ms. */
const terminationMs = 1000

/** Lets this thread heed the lock that the thread which started it has. */
export function heedTermination(shared: Int32Array): void {
  own = shared
  Atomics.store(own, 0, free)
  // The same holds when the thread ends itself.
  process.once('exit', () => Atomics.store(shared, 0, seized))
}

/**
 * This thread is at its end. Some JavaScript may run all the same, what finalization registries do for one: it must
 * leave native code alone.
 */
export function isTerminating(): boolean {
  return own !== undefined && Atomics.load(own, 0) === seized
}

/**
 * Runs a section that is not terminated before its end. Sections are short, and may be nested.
 * @throws StreamsError `lifecycle` if the thread is at its end, and not terminated while it waits for that.
 */
export function unterminated<T>(section: () => T): T {
  if (!own) return section()
  const before = Atomics.compareExchange(own, 0, free, held)
  if (before === held) return section()
  if (before === seized) {
    Atomics.wait(own, 0, seized, terminationMs)
    throw new StreamsError('lifecycle', 'this thread is being terminated')
  }
  try {
    return section()
  } finally {
    Atomics.store(own, 0, free)
  }
}
