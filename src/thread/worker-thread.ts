import type { GroupAssignment } from '../assign/streams-assignor.ts'
import { StreamsError } from '../core/errors.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Metric } from '../metrics/metric.ts'
import type { StoreSize } from '../store/store-size.ts'
import type { ProcessTaskLocks } from '../store/task-locks.ts'
import type { StoreReply, StoreRequest } from '../task/store-question.ts'
import { fromErrorMessage, fromFactsMessage } from './error-message.ts'
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts'
import { answerCall, PendingCalls } from './pending-calls.ts'
import { SafeWorker } from './safe-worker.ts'
import type { MemoryShare, StreamThreadHandle, ThreadState } from './stream-thread-handle.ts'
import { type SignsOfLife, ThreadPulse } from './thread-pulse.ts'
import type { StorePosition } from './thread-queries.ts'

export interface WorkerThreadParts {
  readonly name: string
  readonly start: Omit<WorkerStart, 'termination' | 'pulse'>
  readonly clock: Clock
  readonly hooks: Hooks
  readonly logger: Logger
  readonly locks: ProcessTaskLocks
  onState(): void
  /** Gives OAuth tokens, if the connections need them. */
  token(): Promise<unknown>
  /** The group knows the thread by this id. */
  onMember(memberId: string): void
  /** The worker has died, and cannot leave the group by itself. Never rejects. */
  leave(memberId: string): Promise<void>
}

/** A stream thread in a worker, with a client, producer, tasks and kernels of its own. */
export class WorkerThread implements StreamThreadHandle {
  readonly number: number
  readonly name: string
  readonly ended: Promise<void>
  readonly #parts: WorkerThreadParts
  readonly #worker: SafeWorker
  readonly #calls = new PendingCalls()
  readonly #pulse = new ThreadPulse()
  #state: ThreadState = 'created'
  #assignment: GroupAssignment | undefined
  #partitions: ReadonlyMap<number, number> = new Map()
  #memberId = ''
  /** What it said at last. */
  #last: { readonly error: Error | undefined } | undefined
  #uncaught: unknown

  constructor(parts: WorkerThreadParts) {
    const { name, start, clock } = parts
    this.number = start.number
    this.name = name
    this.#parts = parts
    // The same file as it is here: compiled, or TypeScript where Node or a loader reads that.
    const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)
    this.#worker = new SafeWorker(file, name, { ...start, pulse: this.#pulse.shared }, clock)
    this.#worker.on('message', (message: FromWorker) => this.#receive(message))
    this.#worker.on('error', (error) => {
      this.#uncaught = error
    })
    this.ended = new Promise((resolve, reject) => {
      this.#worker.on('exit', (exitCode) => {
        this.#exited(exitCode).then(resolve, reject)
      })
    })
  }

  get state(): ThreadState {
    return this.#state
  }

  get assignment(): GroupAssignment | undefined {
    return this.#assignment
  }

  get partitions(): ReadonlyMap<number, number> {
    return this.#partitions
  }

  get signs(): SignsOfLife {
    return this.#pulse.signs
  }

  stop(leaveGroup?: boolean): void {
    this.#enter('stopping')
    this.#post({ kind: 'stop', leaveGroup })
  }

  terminate(): void {
    void this.#worker.terminate()
  }

  pause(): void {
    this.#post({ kind: 'pause' })
  }

  resume(): void {
    this.#post({ kind: 'resume' })
  }

  requestShutdown(): void {
    this.#post({ kind: 'request-shutdown' })
  }

  setMemory(share: MemoryShare): void {
    this.#post({ kind: 'memory', share })
  }

  async read(request: StoreRequest): Promise<StoreReply> {
    return (await this.#calls.call((id) => this.#post({ kind: 'read', id, request }))) as StoreReply
  }

  async positions(): Promise<readonly StorePosition[]> {
    return (await this.#calls.call((id) => this.#post({ kind: 'positions', id }))) as readonly StorePosition[]
  }

  async stateSizes(): Promise<readonly StoreSize[]> {
    return (await this.#calls.call((id) => this.#post({ kind: 'state-sizes', id }))) as readonly StoreSize[]
  }

  async metrics(): Promise<readonly Metric[]> {
    return (await this.#calls.call((id) => this.#post({ kind: 'metrics', id }))) as readonly Metric[]
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #enter(state: ThreadState): void {
    if (this.#state === 'ended' || (this.#state === 'stopping' && state !== 'ended')) return
    this.#state = state
  }

  #receive(message: FromWorker): void {
    const { hooks, locks, logger } = this.#parts
    switch (message.kind) {
      case 'state':
        this.#enter(message.state)
        this.#parts.onState()
        break
      case 'assigned':
        this.#assignment = message.assignment
        this.#partitions = message.partitions
        break
      case 'member':
        this.#memberId = message.memberId
        this.#parts.onMember(message.memberId)
        break
      case 'event':
        hooks.emit(message.event, fromFactsMessage(message.facts) as never)
        break
      case 'log':
        logger[message.level](fromFactsMessage(message.facts), message.text)
        break
      case 'acquire':
        this.#answer(message.id, () => locks.acquire(message.task, this.name))
        break
      case 'release':
        locks.release(message.task, this.name)
        break
      case 'elsewhere':
        this.#answer(message.id, () => locks.elsewhere(this.name))
        break
      case 'token':
        this.#answer(message.id, () => this.#parts.token())
        break
      case 'ended':
        this.#last ??= { error: message.error && fromErrorMessage(message.error) }
        this.terminate()
        break
      case 'answer':
        this.#calls.answer(message)
        break
    }
  }

  #answer(id: number, work: () => unknown): void {
    void answerCall(id, work, (answer) => this.#post(answer))
  }

  /** Nothing of the worker runs any more, native code included: its task directories are free. @throws what ended it */
  async #exited(exitCode: number): Promise<void> {
    this.#enter('ended')
    this.#calls.end(new StreamsError('store-not-ready', `stream thread ${this.name} has ended`))
    this.#parts.locks.releaseAll(this.name)
    if (!this.#last) {
      await this.#parts.leave(this.#memberId)
      throw this.#death(exitCode)
    }
    if (this.#last.error) throw this.#last.error
  }

  /** Of a worker that said nothing. */
  #death(exitCode: number): StreamsError {
    const cause = this.#uncaught
    const how = cause instanceof Error ? `: ${cause.message}` : ` with exit code ${exitCode}`
    return new StreamsError('thread-died', `the worker of stream thread ${this.name} ended${how}`, { cause })
  }
}
