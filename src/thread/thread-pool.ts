import { StreamsError } from '../core/errors.ts'
import type { UncaughtErrorResponse } from '../core/failure-options.ts'
import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/time/clock.ts'
import { Replacements } from './replacements.ts'
import type { MemoryShare, StreamThreadHandle } from './stream-thread-handle.ts'

export interface ThreadPoolParts {
  readonly clock: Clock
  readonly logger: Logger
  /** Shared by all threads. */
  readonly memory: MemoryShare
  /** Java has a thread for global tables then, to which a share of the record cache goes. */
  readonly globalTables: boolean
  /** No thread processes records until `resume`. */
  readonly paused: boolean
  open(number: number): StreamThreadHandle
  /** What is to be done about a thread that has died. */
  decide(error: Error, thread: string): UncaughtErrorResponse
  /** Threads came, went, or changed their state. */
  onChange(): void
}

/**
 * The stream threads of an application: how many there are, and what happens when one dies (Java's KafkaStreams
 * .addStreamThread, removeStreamThread and StreamsUncaughtExceptionHandler, KIP-663 and KIP-671).
 */
export class ThreadPool {
  readonly #parts: ThreadPoolParts
  readonly #threads = new Map<number, StreamThreadHandle>()
  /** Threads that `remove` has asked to end. */
  readonly #removed = new Set<StreamThreadHandle>()
  readonly #replacements: Replacements
  /** The last thread has ended, with what led to it. */
  readonly ended: Promise<Error | undefined>
  #end: (error: Error | undefined) => void = () => {}
  #stopping = false
  #paused: boolean
  #failure: Error | undefined
  #failed = 0

  constructor(parts: ThreadPoolParts) {
    this.#parts = parts
    this.#paused = parts.paused
    this.#replacements = new Replacements(parts.clock)
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  get threads(): readonly StreamThreadHandle[] {
    return [...this.#threads.values()]
  }

  /** Every thread runs all its tasks, but for those that are on their way out. */
  get running(): boolean {
    const { threads } = this
    if (!threads.some(({ state }) => state === 'running')) return false
    return threads.every(({ state }) => state === 'running' || state === 'stopping')
  }

  /** Some thread joins the group, or restores tasks. */
  get rebalancing(): boolean {
    return this.threads.some(({ state }) => state === 'rebalancing')
  }

  /** Why all threads are being stopped, if it is not that the application is closed. */
  get failure(): Error | undefined {
    return this.#stopping ? this.#failure : undefined
  }

  /** Threads that died since the start (Java's failed-stream-threads). */
  get failed(): number {
    return this.#failed
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Starts a thread under the lowest number that is free. */
  add(): StreamThreadHandle {
    let number = 1
    while (this.#threads.has(number)) number++
    return this.#start(number)
  }

  /**
   * Ends the thread with the highest number. @param leaveGroup by default it leaves, a static member too.
   * @returns it, undefined if there is none, or all are ending.
   */
  remove(leaveGroup = true): StreamThreadHandle | undefined {
    const staying = this.threads.filter(({ state }) => state !== 'stopping' && state !== 'ended')
    const thread = staying.sort((one, other) => other.number - one.number)[0]
    if (!thread) return undefined
    this.#removed.add(thread)
    thread.stop(leaveGroup)
    this.#parts.onChange()
    return thread
  }

  stop(leaveGroup?: boolean): void {
    this.#stopping = true
    this.#replacements.stop()
    for (const thread of this.threads) thread.stop(leaveGroup)
    this.#endIfEmpty()
  }

  /** Stops all threads because of what went wrong. */
  fail(error: Error): void {
    this.#failure ??= error
    if (!this.#stopping) this.stop()
    this.#parts.onChange()
  }

  /**
   * Shuts all instances of the application down because of what went wrong here: it goes through the group.
   * @param number of the thread that carries the message if this was the last member here.
   */
  failEverywhere(error: Error, number = 1): void {
    this.#failure ??= error
    ;(this.threads[0] ?? this.#start(number)).requestShutdown()
  }

  /** Ends what cannot end by itself. */
  terminate(): void {
    this.#stopping = true
    this.#replacements.stop()
    for (const thread of this.threads) thread.terminate()
  }

  pause(): void {
    this.#paused = true
    for (const thread of this.threads) thread.pause()
  }

  resume(): void {
    this.#paused = false
    for (const thread of this.threads) thread.resume()
  }

  #start(number: number): StreamThreadHandle {
    const thread = this.#parts.open(number)
    this.#threads.set(number, thread)
    if (this.#paused) thread.pause()
    this.#shareMemory()
    thread.ended.then(
      () => this.#gone(thread, undefined),
      (error: unknown) => this.#gone(thread, error instanceof Error ? error : new Error(String(error))),
    )
    return thread
  }

  #gone(thread: StreamThreadHandle, error: Error | undefined): void {
    this.#threads.delete(thread.number)
    const removed = this.#removed.delete(thread)
    try {
      if (error && !removed) this.#mend(thread, error)
      else if (error)
        this.#parts.logger.warn(
          { thread: thread.name, err: error },
          `stream thread ${thread.name} was removed before it could commit: ${error.message}`,
        )
    } catch (failure) {
      this.fail(failure as Error)
    }
    this.#shareMemory()
    this.#parts.onChange()
    this.#endIfEmpty()
  }

  #mend({ name, number, signs }: StreamThreadHandle, error: Error): void {
    this.#failed++
    if (this.#stopping || StreamsError.is(error, 'shutdown-requested')) {
      this.fail(error)
      return
    }
    switch (this.#parts.decide(error, name)) {
      case 'replace-thread':
        this.#replacements.replace(error, signs.turns !== 0, () => this.#replace(number))
        break
      case 'shutdown-application':
        this.failEverywhere(error, number)
        break
      case 'shutdown-client':
        this.fail(error)
        break
    }
  }

  /** Under its number, unless another thread has that by now. */
  #replace(number: number): void {
    try {
      if (!this.#threads.has(number)) this.#start(number)
    } catch (failure) {
      this.fail(failure as Error)
    }
  }

  #shareMemory(): void {
    const { memory, globalTables } = this.#parts
    const threads = this.#threads.size
    const state = Math.floor(memory.state / threads)
    const cache = Math.floor(memory.cache / (threads + (globalTables ? 1 : 0)))
    for (const thread of this.threads) thread.setMemory({ state, cache })
  }

  /** An application whose threads were all removed goes on: one may be added. */
  #endIfEmpty(): void {
    if (this.#stopping && this.#threads.size === 0) this.#end(this.#failure)
  }
}
