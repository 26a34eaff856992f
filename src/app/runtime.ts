import type { Client } from '../client/client.ts'
import { createKafkaClient } from '../client/kafka/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { UncaughtErrorHandler, UncaughtErrorResponse } from '../core/failure-options.ts'
import type { Hooks } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Topology } from '../dsl/topology.ts'
import { kernelModule } from '../kernel/load.ts'
import { HttpOwner } from '../query/http-owner.ts'
import type { RemoteOwner } from '../query/remote-owner.ts'
import { Router } from '../query/router.ts'
import type { StateDirectory } from '../store/state-directory.ts'
import type { StoreSize } from '../store/store-size.ts'
import { ProcessTaskLocks } from '../store/task-locks.ts'
import { GlobalState } from '../task/global-state.ts'
import { globalStoresOf } from '../task/global-stores.ts'
import { InlineThread } from '../thread/inline-thread.ts'
import { openStreamThread, streamThreadName } from '../thread/open-stream-thread.ts'
import type { StreamThreadHandle } from '../thread/stream-thread-handle.ts'
import { ThreadPool } from '../thread/thread-pool.ts'
import { ThreadPulse } from '../thread/thread-pulse.ts'
import { WorkerThread } from '../thread/worker-thread.ts'
import type { ClientSource, KafkaConnection } from './application-options.ts'
import { ProcessMembers } from './process-members.ts'
import { logRestoring } from './restore-log.ts'
import { StateCleaner } from './state-cleaner.ts'
import { SummaryLog } from './summary-log.ts'
import { responseTo } from './uncaught-error.ts'
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
  /** What this instance shows others when it asks them. */
  readonly token: string | undefined
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
  /** Asks other instances. */
  readonly #remote: RemoteOwner
  readonly #locks = new ProcessTaskLocks()
  readonly #members: ProcessMembers
  readonly #cleaner: StateCleaner
  readonly #summary: SummaryLog
  /** Undefined until they are read. */
  #globals: GlobalState | undefined
  #started = false

  constructor(parts: RuntimeParts) {
    const { topology, options, paused } = parts
    this.#parts = parts
    this.#client = this.#createClient()
    this.#remote = new HttpOwner(parts.token)
    this.#members = new ProcessMembers({
      directory: parts.directory.path,
      groupId: options.applicationId,
      client: this.#client,
      logger: options.logger,
    })
    this.#cleaner = new StateCleaner({
      directory: parts.directory,
      locks: this.#locks,
      clock: parts.clock,
      logger: options.logger,
      delayMs: options.stateCleanupDelayMs,
    })
    this.#summary = new SummaryLog({
      clock: parts.clock,
      hooks: parts.hooks,
      logger: options.logger,
      intervalMs: options.logSummaryIntervalMs,
    })
    logRestoring(parts.hooks, parts.clock, options.logger)
    this.pool = new ThreadPool({
      clock: parts.clock,
      logger: options.logger,
      memory: { state: options.stateMemory, cache: options.cacheMaxBytes },
      globalTables: topology.plan.globalStores.length > 0,
      paused,
      open: (number) => this.#open(number),
      decide: (error, thread) => this.#decide(error, thread),
      onChange: () => parts.onChange(this.pool),
    })
    this.router = new Router({
      plan: topology.plan,
      applicationId: options.applicationId,
      client: this.#client,
      clock: parts.clock,
      applicationServer: options.applicationServer,
      remote: this.#remote,
      threads: () => this.pool.threads,
      globals: () => this.#globals?.queried ?? new Map(),
    })
  }

  /** Its own: for what concerns no thread. */
  get client(): Client {
    return this.#client
  }

  /** Global tables are read: threads may come and go. */
  get started(): boolean {
    return this.#started
  }

  /**
   * Reads global tables and starts the threads.
   * @returns what ended them, when the last one has.
   * @throws StreamsError `topic-missing` of a global table.
   */
  async run(): Promise<Error | undefined> {
    const { options, stopped } = this.#parts
    await this.#members.removeLeftBehind()
    this.#globals = await this.#openGlobals()
    const following = this.#globals.follow().catch((error: unknown) => this.#globalsFailed(error))
    this.#started = true
    try {
      if (stopped()) this.pool.stop()
      else for (let n = 0; n < options.threads; n++) this.pool.add()
    } catch (error) {
      this.pool.fail(error as Error)
    }
    const failure = await this.pool.ended
    await this.#globals.close()
    await following
    return failure
  }

  /** Ends what cannot end by itself. */
  terminate(): void {
    this.pool.terminate()
    // The writer of global stores may wait for the broker, as for ever as a thread.
    if (!this.#started) void this.#client.close()
    else void this.pool.ended.then(() => this.#client.close())
  }

  /** What the stores of all threads take. A thread that ends meanwhile has none. */
  async stateSizes(): Promise<readonly StoreSize[]> {
    const sizes = await Promise.all(this.pool.threads.map((thread) => thread.stateSizes().catch(gone)))
    return [...(this.#globals?.storeSizes() ?? []), ...sizes.flat()]
  }

  async close(): Promise<void> {
    this.#cleaner.close()
    this.#summary.close()
    this.#remote.close()
    await this.#client.close()
  }

  /** The one writer of global stores in this process. */
  #openGlobals(): Promise<GlobalState> {
    const { topology, kafka, inWorkers, directory, clock, hooks, stopped } = this.#parts
    const { plan } = topology
    const parts = {
      stores: inWorkers ? globalStoresOf(plan, 'writer') : plan.globalStores,
      onDisk: !('createClient' in kafka),
      options: this.#optionsHere,
      client: this.#client,
      directory,
      clock,
      hooks,
      logger: this.#parts.options.logger,
    }
    return GlobalState.open(parts, stopped)
  }

  /** Another thread cannot take its place (Java's KafkaStreams.replaceStreamThread): the application ends in ERROR. */
  #globalsFailed(cause: unknown): void {
    const error = cause instanceof Error ? cause : new Error(String(cause))
    const { options, directory, stopped } = this.#parts
    const thread = `${options.applicationId}-${directory.processId}-GlobalStreamThread`
    const response = stopped() ? 'shutdown-client' : this.#decide(error, thread)
    if (response === 'replace-thread')
      options.logger.warn({ thread }, `${thread} cannot be replaced: the application shuts down`)
    if (response === 'shutdown-application') this.pool.failEverywhere(error)
    else this.pool.fail(error)
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
    const { decide, hooks, options } = this.#parts
    return responseTo(error, thread, { decide, hooks, logger: options.logger })
  }

  #open(number: number): StreamThreadHandle {
    const thread = this.#parts.inWorkers ? this.#workerThread(number) : this.#inlineThread(number)
    const ended = (): void => this.#members.left(number)
    thread.ended.then(ended, ended)
    return thread
  }

  /** A static member stays: the thread that takes its place has its name. */
  #joined(number: number, memberId: string): void {
    if (this.#parts.options.groupInstanceId === undefined) this.#members.joined(number, memberId)
  }

  #inlineThread(number: number): StreamThreadHandle {
    const { topology, options, clock, hooks, directory } = this.#parts
    const name = streamThreadName(options.applicationId, directory.processId, number)
    const client = this.#createClient()
    const pulse = new ThreadPulse()
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
      pulse,
      globalStores: this.#globals?.typed ?? new Map(),
      onState: (state) => {
        handle?.entered(state)
        this.#parts.onChange(this.pool)
      },
      onMember: (memberId) => this.#joined(number, memberId),
    })
    handle = new InlineThread({ number, thread, client, pulse })
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
      onMember: (memberId) => this.#joined(number, memberId),
      leave: async (memberId) => {
        if (groupInstanceId === undefined && memberId !== '')
          await this.#members.remove(memberId, 'its thread died')
      },
    })
  }
}

/** @throws what is no word of a thread that has ended. */
function gone(error: unknown): readonly StoreSize[] {
  if (StreamsError.is(error, 'store-not-ready')) return []
  throw error
}
