import type { Client } from '../client/client.ts'
import { createKafkaClient } from '../client/kafka/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { Hooks } from '../core/hooks.ts'
import type { ResolvedOptions, UncaughtErrorHandler, UncaughtErrorResponse } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Topology } from '../dsl/topology.ts'
import { kernelModule } from '../kernel/load.ts'
import { Router } from '../query/router.ts'
import type { StateDirectory } from '../store/state-directory.ts'
import { ProcessTaskLocks } from '../store/task-locks.ts'
import { GlobalState } from '../task/global-state.ts'
import { InlineThread } from '../thread/inline-thread.ts'
import { openStreamThread, streamThreadName } from '../thread/open-stream-thread.ts'
import type { StreamThreadHandle } from '../thread/stream-thread-handle.ts'
import { ThreadPool } from '../thread/thread-pool.ts'
import { WorkerThread } from '../thread/worker-thread.ts'
import type { ClientSource, KafkaConnection } from './application-options.ts'
import { sendableOptions, splitTokens } from './worker-options.ts'

export interface RuntimeParts {
  readonly topology: Topology
  readonly options: ResolvedOptions
  readonly kafka: KafkaConnection | ClientSource
  /** Stream threads run in worker threads. */
  readonly inWorkers: boolean
  readonly paused: boolean
  readonly directory: StateDirectory
  readonly clock: Clock
  readonly hooks: Hooks
  readonly decide: UncaughtErrorHandler
  stopped(): boolean
  onChange(pool: ThreadPool): void
}

/** All that a started application consists of. */
export class Runtime {
  readonly pool: ThreadPool
  readonly router: Router
  readonly #parts: RuntimeParts
  /** For global tables, and for what concerns no thread. */
  readonly #client: Client
  readonly #locks = new ProcessTaskLocks()
  /** Undefined until they are read, and where worker threads have their own. */
  #globals: GlobalState | undefined
  #started = false

  constructor(parts: RuntimeParts) {
    const { topology, options, paused } = parts
    this.#parts = parts
    this.#client = this.#createClient()
    this.pool = new ThreadPool({
      logger: options.logger,
      stateMemory: options.stateMemory,
      paused,
      open: (number) => (parts.inWorkers ? this.#workerThread(number) : this.#inlineThread(number)),
      decide: (error, thread) => this.#decide(error, thread),
      onChange: () => parts.onChange(this.pool),
    })
    this.router = new Router({
      plan: topology.plan,
      applicationId: options.applicationId,
      client: this.#client,
      threads: () => this.pool.threads,
    })
  }

  /** Global tables are read: threads may come and go. */
  get started(): boolean {
    return this.#started
  }

  /**
   * Reads global tables, if threads are to run here, and starts the threads.
   * @returns what ended them, when the last one has.
   * @throws StreamsError `topic-missing` of a global table.
   */
  async run(): Promise<Error | undefined> {
    const { inWorkers, options, stopped } = this.#parts
    if (!inWorkers) await this.#openGlobals()
    const following = this.#globals?.follow().catch((error: unknown) => {
      for (const thread of this.pool.threads) if (thread instanceof InlineThread) thread.fail(error)
    })
    this.#started = true
    try {
      if (stopped()) this.pool.stop()
      else for (let n = 0; n < options.threads; n++) this.pool.add()
    } catch (error) {
      this.pool.fail(error as Error)
    }
    const failure = await this.pool.ended
    await this.#globals?.close()
    await following
    return failure
  }

  /** Ends what cannot end by itself. */
  terminate(): void {
    this.pool.terminate()
    if (!this.#started) void this.#client.close()
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  async #openGlobals(): Promise<void> {
    const { topology, clock, hooks, stopped } = this.#parts
    const parts = { plan: topology.plan, options: this.#optionsHere, client: this.#client, clock, hooks }
    this.#globals = await GlobalState.open(parts, stopped)
  }

  get #optionsHere(): ResolvedOptions {
    return { ...this.#parts.options, ...this.#parts.topology.handlers }
  }

  #createClient(): Client {
    const { kafka, options, clock, hooks } = this.#parts
    const context = { clock, logger: options.logger, hooks }
    if ('createClient' in kafka) return kafka.createClient(context)
    return createKafkaClient({ clientId: options.applicationId, ...kafka }, context)
  }

  #decide(error: Error, thread: string): UncaughtErrorResponse {
    const { hooks, options } = this.#parts
    const response = hopeless(error) ? 'shutdown-client' : this.#ask(error, thread)
    options.logger.error({ thread, response, err: error }, `stream thread ${thread} died: ${error.message}`)
    hooks.emit('threadFailed', { thread, error, response })
    return response
  }

  #ask(error: Error, thread: string): UncaughtErrorResponse {
    const { decide, options } = this.#parts
    const report = (what: string, err?: unknown): UncaughtErrorResponse => {
      options.logger.error({ thread, err }, `uncaughtErrorHandler ${what}: the application shuts down`)
      return 'shutdown-client'
    }
    try {
      const response: unknown = decide(error, thread)
      return isResponse(response) ? response : report(`returned ${String(response)}, which is no response`)
    } catch (err) {
      return report('failed', err)
    }
  }

  #inlineThread(number: number): StreamThreadHandle {
    const { topology, options, clock, hooks, directory } = this.#parts
    const name = streamThreadName(options.applicationId, directory.processId, number)
    const client = this.#createClient()
    let handle: InlineThread | undefined
    const thread = openStreamThread({
      number,
      plan: topology.plan,
      options: this.#optionsHere,
      client,
      clock,
      hooks,
      logger: options.logger,
      directory,
      locks: this.#locks.of(name),
      globalStores: this.#globals?.typed ?? new Map(),
      onState: (state) => {
        handle?.entered(state)
        this.#parts.onChange(this.pool)
      },
    })
    handle = new InlineThread({ number, thread, client })
    return handle
  }

  #workerThread(number: number): StreamThreadHandle {
    const { topology, options, clock, hooks, directory, kafka } = this.#parts
    const { applicationId, groupInstanceId, logger } = options
    const connection = splitTokens(kafka as KafkaConnection)
    return new WorkerThread({
      name: streamThreadName(applicationId, directory.processId, number),
      start: {
        millrace: 'stream-thread',
        module: topology.module,
        args: topology.args,
        hash: topology.hash,
        options: sendableOptions(topology, options),
        kafka: { clientId: applicationId, ...connection.kafka },
        asksTokens: connection.provider !== undefined,
        number,
        kernel: kernelModule(),
      },
      clock,
      hooks,
      logger,
      locks: this.#locks,
      onState: () => this.#parts.onChange(this.pool),
      token: async () => {
        if (connection.provider) return connection.provider()
        throw new StreamsError('internal', 'a worker asks for a token that nobody gives')
      },
      // A static member stays: the thread that takes its place has its name.
      leave: async (memberId) => {
        if (groupInstanceId === undefined && memberId !== '') await this.#leave(memberId)
      },
    })
  }

  /** Otherwise the group would wait for the session to end. */
  async #leave(memberId: string): Promise<void> {
    const { applicationId, logger } = this.#parts.options
    try {
      await this.#client.removeMember(applicationId, memberId, 'its thread died')
    } catch (err) {
      logger.warn({ memberId, err }, 'the group waits for the session of a dead thread to end')
    }
  }
}

/** Another thread would meet the same. */
function hopeless(error: Error): boolean {
  return StreamsError.is(error, 'topology-invalid') || StreamsError.is(error, 'options-invalid')
}

function isResponse(value: unknown): value is UncaughtErrorResponse {
  return value === 'replace-thread' || value === 'shutdown-client' || value === 'shutdown-application'
}
