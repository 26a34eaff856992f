import type { GroupAssignment } from '../assign/streams-assignor.ts'
import type { StoreQuestion } from './messages.ts'
import type { StreamThread } from './stream-thread.ts'
import type { StoreRead, StreamThreadHandle, ThreadState } from './stream-thread-handle.ts'

export interface InlineThreadParts {
  readonly number: number
  readonly thread: StreamThread
  /** Closes its client, which ends every call that waits for the broker. */
  terminate(): void
}

/** A stream thread that shares the caller's JavaScript thread: enough for a small service. */
export class InlineThread implements StreamThreadHandle {
  readonly number: number
  readonly name: string
  readonly ended: Promise<void>
  readonly #thread: StreamThread
  readonly #terminate: () => void
  #state: ThreadState = 'created'

  constructor({ number, thread, terminate }: InlineThreadParts) {
    this.number = number
    this.name = thread.name
    this.#thread = thread
    this.#terminate = terminate
    this.ended = thread.run().finally(() => {
      this.#state = 'ended'
    })
  }

  get state(): ThreadState {
    return this.#state
  }

  /** What the thread says of itself. */
  entered(state: 'rebalancing' | 'running'): void {
    this.#state = state
  }

  get assignment(): GroupAssignment | undefined {
    return this.#thread.assignment
  }

  get partitions(): ReadonlyMap<number, number> {
    return this.#thread.partitions
  }

  stop(leaveGroup?: boolean): void {
    this.#thread.stop(leaveGroup)
  }

  terminate(): void {
    this.#terminate()
  }

  pause(): void {
    this.#thread.pause()
  }

  resume(): void {
    this.#thread.resume()
  }

  requestShutdown(): void {
    this.#thread.requestShutdown()
  }

  setStateMemory(bytes: number): void {
    this.#thread.setStateMemory(bytes)
  }

  /** Something beside the thread went wrong that ends it. */
  fail(error: unknown): void {
    this.#thread.fail(error)
  }

  async read(question: StoreQuestion): Promise<StoreRead> {
    return this.#thread.read(question)
  }
}
