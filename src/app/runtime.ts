import type { Client } from '../client/client.ts'
import type { KafkaOptions } from '../client/kafka/options.ts'
import { StreamsError } from '../core/errors.ts'
import type { Hooks } from '../core/hooks.ts'
import type { ResolvedOptions, UncaughtErrorHandler } from '../core/options.ts'
import { type Clock, systemClock } from '../core/time/clock.ts'
import type { Topology } from '../dsl/topology.ts'
import { Router } from '../query/router.ts'
import type { StateDirectory } from '../store/state-directory.ts'
import { ProcessTaskLocks } from '../store/task-locks.ts'
import { GlobalState } from '../task/global-state.ts'
import { InlineThread } from '../thread/inline-thread.ts'
import { openStreamThread, streamThreadName } from '../thread/open-stream-thread.ts'
import type { StreamThreadHandle } from '../thread/stream-thread-handle.ts'
import { ThreadPool } from '../thread/thread-pool.ts'
import { WorkerThread } from '../thread/worker-thread.ts'
import type { ClientSource, KafkaConnection } from './kafka-streams.ts'
import { StateCleaner } from './state-cleaner.ts'

export interface RuntimeParts {
  readonly topology: Topology
  readonly options: ResolvedOptions
  readonly kafka: KafkaConnection | ClientSource
  readonly client: Client
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
  /** Undefined when workers have their own. */
  readonly #globals: GlobalState | undefined
  readonly #locks = new ProcessTaskLocks()
  readonly #cleaner: StateCleaner
  #following: Promise<void> | undefined

  private constructor(parts: RuntimeParts, globals: GlobalState | undefined) {
    const { topology, options, client } = parts
    this.#parts = parts
    this.#globals = globals
    this.pool = new ThreadPool({
      stateMemory: options.stateMemory,
      open: (number) => (globals ? this.#inlineThread(number, globals) : this.#workerThread(number)),
      decide: (error, thread) => this.#decide(error, thread),
      onChange: () => parts.onChange(this.pool),
    })
    this.#cleaner = new StateCleaner({
      directory: parts.directory,
      locks: this.#locks,
      clock: parts.clock,
      logger: options.logger,
      delayMs: options.stateCleanupDelayMs,
    })
    this.router = new Router({
      plan: topology.plan,
      applicationId: options.applicationId,
      client,
      threads: () => this.pool.threads,
    })
  }

  /** Reads global tables, if threads are to run here. @throws StreamsError `topic-missing` */
  static async open(parts: RuntimeParts): Promise<Runtime> {
    const { topology, client, clock, hooks, stopped } = parts
    if (inWorkers(parts)) return new Runtime(parts, undefined)
    const options = { ...parts.options, ...topology.handlers }
    const globals = await GlobalState.open({ plan: topology.plan, options, client, clock, hooks }, stopped)
    return new Runtime(parts, globals)
  }

  /** Starts the threads. @returns what ended them, when the last one has. */
  async run(stopped: boolean): Promise<Error | undefined> {
    this.#following = this.#globals?.follow().catch((error: unknown) => {
      for (const thread of this.pool.threads) if (thread instanceof InlineThread) thread.fail(error)
    })
    if (stopped) this.pool.stop()
    else for (let n = 0; n < this.#parts.options.threads; n++) this.pool.add()
    return this.pool.ended
  }

  async close(): Promise<void> {
    this.#cleaner.close()
    await this.#globals?.close()
    await this.#following
  }

  #decide(error: Error, thread: string): ReturnType<UncaughtErrorHandler> {
    const { decide, hooks, options } = this.#parts
    const response = decide(error, thread)
    options.logger.error({ thread, response, err: error }, `stream thread ${thread} died: ${error.message}`)
    hooks.emit('threadFailed', { thread, error, response })
    return response
  }

  #inlineThread(number: number, globals: GlobalState): StreamThreadHandle {
    const { topology, options, client, clock, hooks, directory } = this.#parts
    const name = streamThreadName(options.applicationId, directory.processId, number)
    let handle: InlineThread | undefined
    const thread = openStreamThread({
      number,
      plan: topology.plan,
      options: { ...options, ...topology.handlers },
      client,
      clock,
      hooks,
      logger: options.logger,
      directory,
      locks: this.#locks.of(name),
      globalStores: globals.typed,
      onState: (state) => {
        handle?.entered(state)
        this.#parts.onChange(this.pool)
      },
    })
    handle = new InlineThread({ number, thread, terminate: () => void client.close() })
    return handle
  }

  #workerThread(number: number): StreamThreadHandle {
    const { topology, options, hooks, directory, kafka } = this.#parts
    const { logger, ...cloneable } = options
    const connection = kafka as KafkaConnection
    const provider =
      connection.sasl && 'oauthBearerProvider' in connection.sasl
        ? connection.sasl['oauthBearerProvider']
        : undefined
    const { sasl, ...others } = connection
    const settings: KafkaOptions = { clientId: options.applicationId, ...others }
    return new WorkerThread({
      name: streamThreadName(options.applicationId, directory.processId, number),
      start: {
        millrace: 'stream-thread',
        module: topology.module,
        args: topology.args,
        hash: topology.hash,
        options: cloneable,
        kafka: provider || !sasl ? settings : { ...settings, sasl },
        asksTokens: provider !== undefined,
        number,
      },
      hooks,
      logger,
      locks: this.#locks,
      onState: () => this.#parts.onChange(this.pool),
      token: async () => {
        if (typeof provider === 'function') return (provider as () => unknown)()
        throw new StreamsError('internal', 'a worker asks for a token that nobody gives')
      },
    })
  }
}

/** One thread shares the caller's; an embedded cluster and a clock of a test cannot be reached from workers. */
function inWorkers({ options, kafka, clock }: RuntimeParts): boolean {
  return options.threads > 1 && !('createClient' in kafka) && clock === systemClock
}
