import { Worker } from 'node:worker_threads'
import type { GroupAssignment } from '../assign/streams-assignor.ts'
import { StreamsError } from '../core/errors.ts'
import type { Hooks } from '../core/hooks.ts'
import type { Logger } from '../core/logger.ts'
import type { ProcessTaskLocks } from '../store/task-locks.ts'
import { fromErrorMessage, fromFactsMessage } from './error-message.ts'
import type { FromWorker, StoreQuestion, ToWorker, WorkerStart } from './messages.ts'
import { answerOf, PendingCalls } from './pending-calls.ts'
import type { StoreRead, StreamThreadHandle, ThreadState } from './stream-thread-handle.ts'

export interface WorkerThreadParts {
  readonly name: string
  readonly start: WorkerStart
  readonly hooks: Hooks
  readonly logger: Logger
  readonly locks: ProcessTaskLocks
  onState(): void
  /** Gives OAuth tokens, if the connections need them. */
  token(): Promise<unknown>
}

/** A stream thread in a worker, with a client, producer, tasks and kernels of its own. */
export class WorkerThread implements StreamThreadHandle {
  readonly number: number
  readonly name: string
  readonly ended: Promise<void>
  readonly #parts: WorkerThreadParts
  readonly #worker: Worker
  readonly #calls = new PendingCalls()
  #state: ThreadState = 'created'
  #assignment: GroupAssignment | undefined
  #partitions: ReadonlyMap<number, number> = new Map()
  #ending: { readonly error: Error | undefined } | undefined

  /** @throws StreamsError `options-invalid` if something cannot be sent to a worker. */
  constructor(parts: WorkerThreadParts) {
    this.number = parts.start.number
    this.name = parts.name
    this.#parts = parts
    this.#worker = openWorker(parts.start, parts.name)
    this.#worker.on('message', (message: FromWorker) => this.#receive(message))
    this.ended = new Promise((resolve, reject) => {
      this.#worker.on('error', (error) => {
        this.#ending ??= { error }
      })
      // Nothing of the worker runs any more, native code included: its task directories are free.
      this.#worker.on('exit', (exitCode) => {
        this.#state = 'ended'
        const { error } = this.#ending ?? { error: died(this.name, exitCode) }
        this.#calls.end(error ?? died(this.name, exitCode))
        parts.locks.releaseAll(this.name)
        if (error) reject(error)
        else resolve()
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

  stop(leaveGroup?: boolean): void {
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

  setStateMemory(bytes: number): void {
    this.#post({ kind: 'state-memory', bytes })
  }

  async read(question: StoreQuestion): Promise<StoreRead> {
    return (await this.#calls.call((id) => this.#post({ kind: 'read', id, ...question }))) as StoreRead
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #receive(message: FromWorker): void {
    const { hooks, locks, logger } = this.#parts
    switch (message.kind) {
      case 'state':
        this.#state = message.state
        this.#parts.onState()
        break
      case 'assigned':
        this.#assignment = message.assignment
        this.#partitions = message.partitions
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
        this.#ending = { error: message.error && fromErrorMessage(message.error) }
        break
      case 'answer':
        this.#calls.answer(message)
        break
    }
  }

  #answer(id: number, work: () => unknown): void {
    void answerOf(id, work).then((answer) => this.#post(answer))
  }
}

function openWorker(start: WorkerStart, name: string): Worker {
  // The same file as it is here: compiled, or TypeScript where Node or a loader reads that.
  const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)
  try {
    return new Worker(file, { workerData: start, name })
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'DataCloneError') throw cause
    throw new StreamsError(
      'options-invalid',
      `threads: an option cannot be sent to worker threads (${cause.message}); functions can be given to topology(..., { handlers }), or use threads: 1`,
      { cause },
    )
  }
}

function died(name: string, exitCode: number): StreamsError {
  return new StreamsError('thread-died', `stream thread ${name} ended with exit code ${exitCode}`)
}
