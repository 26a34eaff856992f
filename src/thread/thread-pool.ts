import { StreamsError } from '../core/errors.ts'
import type { UncaughtErrorResponse } from '../core/options.ts'
import type { StreamThreadHandle } from './stream-thread-handle.ts'

export interface ThreadPoolParts {
  /** Bytes of state in memory, shared by all threads. */
  readonly stateMemory: number
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
  /** The last thread has ended, with what led to it. */
  readonly ended: Promise<Error | undefined>
  #end: (error: Error | undefined) => void = () => {}
  #stopping = false
  #paused = false
  #failure: Error | undefined
  #failed = 0

  constructor(parts: ThreadPoolParts) {
    this.#parts = parts
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  get threads(): readonly StreamThreadHandle[] {
    return [...this.#threads.values()]
  }

  /** Every thread runs all its tasks. */
  get running(): boolean {
    return this.#threads.size > 0 && this.threads.every(({ state }) => state === 'running')
  }

  /** Some thread joins the group, or restores tasks. */
  get rebalancing(): boolean {
    return this.threads.some(({ state }) => state === 'rebalancing')
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

  /** Ends the thread with the highest number. @returns it, undefined if there is none. */
  remove(leaveGroup?: boolean): StreamThreadHandle | undefined {
    const number = Math.max(...this.#threads.keys())
    const thread = this.#threads.get(number)
    thread?.stop(leaveGroup)
    return thread
  }

  stop(leaveGroup?: boolean): void {
    this.#stopping = true
    for (const thread of this.threads) thread.stop(leaveGroup)
    this.#endIfEmpty()
  }

  /** Ends what cannot end by itself. */
  terminate(): void {
    this.#stopping = true
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
    if (error) {
      this.#failed++
      this.#mend(thread, error)
    }
    this.#shareMemory()
    this.#parts.onChange()
    this.#endIfEmpty()
  }

  #mend({ name, number }: StreamThreadHandle, error: Error): void {
    if (this.#stopping || StreamsError.is(error, 'shutdown-requested')) {
      this.#shutDown(error)
      return
    }
    switch (this.#parts.decide(error, name)) {
      case 'replace-thread':
        this.#start(number)
        break
      case 'shutdown-application':
        this.#failure ??= error
        // It goes through the group: if this was the last member here, another one carries the message.
        ;(this.threads[0] ?? this.#start(number)).requestShutdown()
        break
      case 'shutdown-client':
        this.#shutDown(error)
        break
    }
  }

  #shutDown(error: Error): void {
    this.#failure ??= error
    this.stop()
  }

  #shareMemory(): void {
    const threads = this.threads
    for (const thread of threads) thread.setStateMemory(Math.floor(this.#parts.stateMemory / threads.length))
  }

  /** An application whose threads were all removed goes on: one may be added. */
  #endIfEmpty(): void {
    if (this.#stopping && this.#threads.size === 0) this.#end(this.#failure)
  }
}
