import { StreamsError } from '../core/errors.ts'
import { type HookEvents, Hooks } from '../core/hooks.ts'
import { type ResolvedOptions, resolveOptions } from '../core/options.ts'
import { type Clock, systemClock } from '../core/time/clock.ts'
import type { Tables, Topology } from '../dsl/topology.ts'
import type { HttpHandler } from '../http/handler.ts'
import { listenProblems, tokensOf } from '../http/listen-options.ts'
import type { HttpAddress } from '../http/server.ts'
import type { Metric } from '../metrics/metric.ts'
import { checkPatterns } from '../plan/matched-topics.ts'
import type { Queries } from '../query/queries.ts'
import { type StoreView, storeView } from '../query/store-view.ts'
import { StateDirectory } from '../store/state-directory.ts'
import type { StoreSize } from '../store/store-size.ts'
import type { ThreadPool } from '../thread/thread-pool.ts'
import {
  type CloseOptions,
  connectionProblems,
  type KafkaStreamsOptions,
  timeLimit,
} from './application-options.ts'
import type { Health } from './health.ts'
import { Observation } from './observation.ts'
import { Runtime } from './runtime.ts'
import { type AppState, mayFollow } from './state.ts'
import { type ThreadMetadata, threadMetadata } from './thread-metadata.ts'
import { untilRunning } from './until-running.ts'
import { withinLimit } from './within-limit.ts'
import { refuseInWorker, runsInWorkers, workerProblems } from './worker-options.ts'

/**
 * A Kafka Streams application: runs a topology in this process. Each of its stream threads is a member of the group
 * named by `applicationId`. One thread shares the caller's JavaScript thread; more run in worker threads, which import
 * the topology's module: it exports the topology, and another module starts the application.
 *
 *     await using app = new KafkaStreams(clickCount, { applicationId: 'click-count', kafka: { brokers: ['localhost:9092'] } })
 *     await app.start()
 */
export class KafkaStreams<T extends Tables> implements AsyncDisposable {
  /** Stores by their own names, who has which key, and how far behind stores are. */
  readonly queries: Queries
  readonly #topology: Topology<T>
  readonly #settings: KafkaStreamsOptions
  readonly #options: ResolvedOptions
  readonly #inWorkers: boolean
  readonly #clock: Clock
  readonly #hooks = new Hooks()
  readonly #observation: Observation
  #state: AppState = 'CREATED'
  #error: Error | undefined
  #paused = false
  #running: Runtime | undefined
  #ended: Promise<void> | undefined

  /**
   * @throws StreamsError `options-invalid` listing every problem; `topology-invalid` if a pattern matches topics of the
   * application's own; `lifecycle` in a worker thread of an application, which imports the topology's module.
   */
  constructor(topology: Topology<T>, options: KafkaStreamsOptions) {
    refuseInWorker()
    const { kafka, clock, openRows: _, listen, ...others } = options
    const inWorkers = runsInWorkers(options)
    const ofWorkers = inWorkers ? workerProblems(topology, options) : []
    const problems = [...connectionProblems(kafka), ...listenProblems(listen), ...ofWorkers]
    this.#topology = topology
    this.#settings = options
    this.#options = resolveOptions(others, problems)
    this.#inWorkers = inWorkers
    this.#clock = clock ?? systemClock
    this.#observation = new Observation({
      topology,
      options: this.#options,
      listen,
      clock: this.#clock,
      hooks: this.#hooks,
      state: () => this.#state,
      error: () => this.#error,
      running: () => this.#running,
    })
    this.queries = this.#observation.queries
    checkPatterns(topology.plan, this.#options.applicationId)
  }

  /** CREATED, REBALANCING, RUNNING, PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR or ERROR, as in Java. */
  get state(): AppState {
    return this.#state
  }

  /** What led to ERROR. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Listens to one kind of event. @returns a function that stops listening. */
  on<E extends keyof HookEvents>(event: E, listener: (facts: HookEvents[E]) => void): () => void {
    return this.#hooks.on(event, listener)
  }

  /**
   * Connects, joins the group, restores state and begins to process. Resolves when RUNNING: when all threads are.
   * @param options an aborted signal closes the application, also later.
   * @throws StreamsError what keeps it from running: `broker-unreachable`, `topic-missing`, `state-locked` ...
   */
  async start(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#state !== 'CREATED')
      throw new StreamsError(
        'lifecycle',
        `start: the application is ${this.#state}; an application starts once`,
      )
    const { signal } = options
    signal?.throwIfAborted()
    const close = (): void => void this.close()
    signal?.addEventListener('abort', close, { once: true })
    this.#become('REBALANCING')
    const running = untilRunning(this.#hooks)
    this.#ended = this.#run().finally(() => signal?.removeEventListener('abort', close))
    await running
  }

  /** Queries of a table, by the name the topology returned it under. */
  store<N extends keyof T & string>(name: N): StoreView<T[N]> {
    const table = this.#topology.tables[name]
    if (!table) throw new StreamsError('store-unknown', `the topology returns no table '${name}'`)
    this.#observation.queried(name)
    return storeView(this.queries.query(table.store)) as unknown as StoreView<T[N]>
  }

  /**
   * Stops taking records, commits, writes a last checkpoint and leaves the group. Safe to call at any time, and again.
   * @param options after `timeout` (never, if not given) what cannot be finished is given up, with nothing lost: the
   * application ends in ERROR, and the next start goes on from the last commit.
   * @throws StreamsError `options-invalid` if `timeout` is no duration.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const limit = timeLimit('close', options)
    if (this.#state === 'CREATED' || this.#state === 'REBALANCING' || this.#state === 'RUNNING') {
      const started = this.#ended !== undefined
      this.#become('PENDING_SHUTDOWN')
      this.#running?.pool.stop(options.leaveGroup)
      if (!started) this.#become('NOT_RUNNING')
    }
    if (this.#ended) await withinLimit(this.#clock, limit, this.#ended, () => this.#running?.terminate())
  }

  /**
   * No thread processes records until `resume`. They stay members of the group, and restored state is kept (KIP-834).
   * Also before `start`: the application then starts without processing.
   */
  pause(): void {
    this.#paused = true
    this.#running?.pool.pause()
  }

  /** Goes on after `pause`. */
  resume(): void {
    this.#paused = false
    this.#running?.pool.resume()
  }

  get isPaused(): boolean {
    return this.#paused
  }

  /**
   * Starts one more stream thread, in a worker thread if the application began with several; memory is shared anew
   * (KIP-663). Tasks move to it as the group rebalances: the state says RUNNING again when they have.
   * @returns its name.
   * @throws StreamsError `lifecycle` unless the application is started, and neither closed nor failed.
   */
  addStreamThread(): string {
    return this.#live('addStreamThread').pool.add().name
  }

  /**
   * Ends a stream thread: it commits, closes its tasks and leaves the group, which moves them to the others, here or
   * elsewhere (KIP-663). The application goes on without any when the last one is gone.
   * @param options after `timeout` what the thread cannot finish is given up, and done again by the others.
   * @returns its name when it has ended, undefined if there was none.
   * @throws as `addStreamThread`
   */
  async removeStreamThread(options: CloseOptions = {}): Promise<string | undefined> {
    const { pool } = this.#live('removeStreamThread')
    const limit = timeLimit('removeStreamThread', options)
    const thread = pool.remove(options.leaveGroup)
    if (!thread) return undefined
    // The log says what went wrong, if something did.
    const end = thread.ended.catch(() => {})
    await withinLimit(this.#clock, limit, end, () => thread.terminate())
    return thread.name
  }

  /** Its stream threads and what they do. */
  get threads(): readonly ThreadMetadata[] {
    return (this.#running?.pool.threads ?? []).map(threadMetadata)
  }

  /** What each store of each task that is open here takes, standbys and global stores included; nothing unless it runs. */
  async stateSizes(): Promise<readonly StoreSize[]> {
    return (await this.#running?.stateSizes()) ?? []
  }

  /** What is measured, under Java's groups, names and tags, as it is now; also before the start and after the end. */
  metrics(): Promise<readonly Metric[]> {
    return this.#observation.metrics.all()
  }

  /** The same in Prometheus' text format: `text/plain; version=0.0.4`. */
  prometheus(): Promise<string> {
    return this.#observation.metrics.prometheus()
  }

  /** For probes, at any time: whether it helps to restart the process, and whether state can be queried. */
  health(): Health {
    return this.#observation.health()
  }

  /** The whole HTTP service as a fetch handler, to be mounted in a server of yours; `nodeListener` adapts it to node:http. */
  get handler(): HttpHandler {
    return this.#observation.http.handler
  }

  /** Where the application listens; undefined unless it is running and has a `listen` option with a port. */
  get address(): HttpAddress | undefined {
    return this.#observation.http.address
  }

  /** Resolves when the application has ended: to undefined after `close`, to what went wrong in ERROR. */
  async ended(): Promise<Error | undefined> {
    await this.#ended
    return this.#error
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** @throws StreamsError `lifecycle` */
  #live(call: string): Runtime {
    const isLive = this.#state === 'RUNNING' || this.#state === 'REBALANCING'
    if (isLive && this.#running?.started) return this.#running
    const state = isLive ? 'about to start its threads' : this.#state
    throw new StreamsError('lifecycle', `${call}: the application is ${state}`)
  }

  async #run(): Promise<void> {
    const { stateDir, applicationId } = this.#options
    const { openRows } = this.#settings
    try {
      await this.#observation.http.open()
      const where = { stateDir, applicationId, ...(openRows && { openRows }) }
      await using directory = await StateDirectory.open(where)
      const runtime = this.#open(directory)
      this.#running = runtime
      this.#observation.start(this.#inWorkers)
      try {
        const error = await runtime.run()
        if (error) this.#fail(error)
      } finally {
        this.#observation.stop()
        await runtime.close()
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
    this.#running = undefined
    await this.#observation.http.close()
    this.#become(this.#error ? 'ERROR' : 'NOT_RUNNING')
  }

  #open(directory: StateDirectory): Runtime {
    const { kafka, uncaughtErrorHandler, listen } = this.#settings
    return new Runtime({
      topology: this.#topology,
      options: this.#options,
      kafka,
      inWorkers: this.#inWorkers,
      paused: this.#paused,
      directory,
      clock: this.#clock,
      hooks: this.#hooks,
      decide: uncaughtErrorHandler ?? (() => 'shutdown-client'),
      token: tokensOf(listen?.auth)[0],
      stopped: () => this.#state === 'PENDING_SHUTDOWN',
      onChange: (pool) => this.#follow(pool),
    })
  }

  #follow(pool: ThreadPool): void {
    if (pool.failure) this.#fail(pool.failure)
    else if (pool.running) this.#become('RUNNING')
    else if (pool.rebalancing) this.#become('REBALANCING')
  }

  /** What the application ends with. */
  #fail(error: Error): void {
    if (this.#error) return
    this.#error = error
    this.#options.logger.error({ err: error }, `the application ends: ${error.message}`)
    this.#become('PENDING_ERROR')
  }

  /** Changes that Java's state machine does not know (a rebalance while closing, say) are left out. */
  #become(to: AppState): void {
    const from = this.#state
    if (!mayFollow(from, to)) return
    this.#state = to
    this.#hooks.emit('state', { from, to, error: this.#error ?? null })
  }
}
