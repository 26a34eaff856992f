import type { GroupAssignment } from '../assign/streams-assignor.ts'
import type { Client } from '../client/client.ts'
import type { Metric } from '../metrics/metric.ts'
import type { StoreSize } from '../store/store-size.ts'
import type { StoreReply, StoreRequest } from '../task/store-question.ts'
import { detachedReply } from './detached-reply.ts'
import type { StreamThread } from './stream-thread.ts'
import type { MemoryShare, StreamThreadHandle, ThreadState } from './stream-thread-handle.ts'
import type { SignsOfLife, ThreadPulse } from './thread-pulse.ts'
import type { StorePosition } from './thread-queries.ts'

export interface InlineThreadParts {
  readonly number: number
  readonly thread: StreamThread
  /** The thread's. */
  readonly pulse: ThreadPulse
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
  readonly #pulse: ThreadPulse
  #state: ThreadState = 'created'

  constructor({ number, thread, client, pulse }: InlineThreadParts) {
    this.number = number
    this.name = thread.name
    this.#thread = thread
    this.#client = client
    this.#pulse = pulse
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

  /** Who asks shares its JavaScript thread: that is a beat. */
  get signs(): SignsOfLife {
    this.#pulse.beat()
    return this.#pulse.signs
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

  setMemory(share: MemoryShare): void {
    this.#thread.setMemory(share)
  }

  /** Something beside the thread went wrong that ends it. */
  fail(error: unknown): void {
    this.#thread.fail(error)
  }

  async read(request: StoreRequest): Promise<StoreReply> {
    return detachedReply(this.#thread.queries.read(request))
  }

  async positions(): Promise<readonly StorePosition[]> {
    return this.#thread.queries.positions()
  }

  async stateSizes(): Promise<readonly StoreSize[]> {
    return this.#thread.storeSizes()
  }

  async metrics(): Promise<readonly Metric[]> {
    return this.#thread.metrics()
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
