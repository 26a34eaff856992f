import type { GroupAssignment } from '../assign/streams-assignor.ts'
import type { Client } from '../client/client.ts'
import type { StoreQuestion } from './messages.ts'
import type { StreamThread } from './stream-thread.ts'
import type { StoreRead, StreamThreadHandle, ThreadState } from './stream-thread-handle.ts'

export interface InlineThreadParts {
  readonly number: number
  readonly thread: StreamThread
  /** The thread's own. */
  readonly client: Client
}

/** A stream thread that shares the caller's JavaScript thread: enough for a small service. */
export class InlineThread implements StreamThreadHandle {
  readonly number: number
  readonly name: string
  readonly ended: Promise<void>
  readonly #thread: StreamThread
  readonly #client: Client
  #state: ThreadState = 'created'

  constructor({ number, thread, client }: InlineThreadParts) {
    this.number = number
    this.name = thread.name
    this.#thread = thread
    this.#client = client
    this.ended = this.#run()
  }

  get state(): ThreadState {
    return this.#state
  }

  /** What the thread says of itself. */
  entered(state: 'rebalancing' | 'running'): void {
    if (this.#state !== 'stopping') this.#state = state
  }

  get assignment(): GroupAssignment | undefined {
    return this.#thread.assignment
  }

  get partitions(): ReadonlyMap<number, number> {
    return this.#thread.partitions
  }

  stop(leaveGroup?: boolean): void {
    if (this.#state !== 'ended') this.#state = 'stopping'
    this.#thread.stop(leaveGroup)
  }

  /** Closes its client, which ends every call that waits for the broker. */
  terminate(): void {
    void this.#client.close()
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

  async #run(): Promise<void> {
    try {
      await this.#thread.run()
    } finally {
      this.#state = 'ended'
      await this.#client.close()
    }
  }
}
