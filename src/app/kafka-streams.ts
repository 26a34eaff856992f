import type { Client, ClientContext } from '../client/client.ts'
import { createKafkaClient } from '../client/kafka/client.ts'
import { type KafkaOptions, kafkaProblems } from '../client/kafka/options.ts'
import { StreamsError } from '../core/errors.ts'
import { type HookEvents, Hooks } from '../core/hooks.ts'
import {
  type ResolvedOptions,
  resolveOptions,
  type StreamsOptions,
  type UncaughtErrorHandler,
} from '../core/options.ts'
import { taskName } from '../core/task-id.ts'
import { type Clock, systemClock } from '../core/time/clock.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { Tables, Topology } from '../dsl/topology.ts'
import { checkPatterns } from '../plan/matched-topics.ts'
import type { Router } from '../query/router.ts'
import { type StoreView, storeView } from '../query/store-view.ts'
import { StateDirectory } from '../store/state-directory.ts'
import type { ThreadState } from '../thread/stream-thread-handle.ts'
import { Runtime } from './runtime.ts'
import { type AppState, mayFollow } from './state.ts'

/** Makes the application's clients: an EmbeddedCluster, or anything else that implements the port. */
export interface ClientSource {
  createClient(context: ClientContext): Client
}

/** `clientId` defaults to the application id. */
export type KafkaConnection = Omit<KafkaOptions, 'clientId'> & { readonly clientId?: string }

export interface KafkaStreamsOptions extends StreamsOptions {
  readonly kafka: KafkaConnection | ClientSource
  /** For tests. */
  readonly clock?: Clock
}

/** Java's ThreadMetadata. */
export interface ThreadMetadata {
  readonly name: string
  readonly state: ThreadState
  readonly activeTasks: readonly string[]
  readonly standbyTasks: readonly string[]
}

export interface CloseOptions {
  /** After it what cannot be finished is given up; for ever if not given. */
  readonly timeout?: Duration
  /** Whether the group hears of it at once, and rebalances; by default unless the member is static (groupInstanceId). */
  readonly leaveGroup?: boolean
}

/**
 * A Kafka Streams application: runs a topology in this process, as one member of the group named by `applicationId`.
 *
 *     await using app = new KafkaStreams(clickCount, { applicationId: 'click-count', kafka: { brokers: ['localhost:9092'] } })
 *     await app.start()
 */
export class KafkaStreams<T extends Tables> implements AsyncDisposable {
  readonly #topology: Topology<T>
  readonly #options: ResolvedOptions
  readonly #kafka: KafkaConnection | ClientSource
  readonly #clock: Clock
  readonly #hooks = new Hooks()
  readonly #uncaughtErrorHandler: UncaughtErrorHandler
  #state: AppState = 'CREATED'
  #error: Error | undefined
  #running: Runtime | undefined
  #ended: Promise<void> | undefined

  /** @throws StreamsError `options-invalid` listing every problem; `topology-invalid` if a pattern matches topics of the application's own. */
  constructor(topology: Topology<T>, options: KafkaStreamsOptions) {
    const { kafka, clock, uncaughtErrorHandler, ...others } = options
    this.#topology = topology
    this.#options = resolveOptions(others, problemsOf(kafka))
    checkPatterns(topology.plan, this.#options.applicationId)
    this.#kafka = kafka
    this.#clock = clock ?? systemClock
    this.#uncaughtErrorHandler = uncaughtErrorHandler ?? (() => 'shutdown-client')
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
   * Connects, joins the group, restores state and begins to process. Resolves when RUNNING.
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
    signal?.addEventListener('abort', () => void this.close(), { once: true })
    this.#become('REBALANCING')
    const running = new Promise<void>((resolve, reject) => {
      const stop = this.#hooks.on('state', ({ to, error }) => {
        if (to !== 'RUNNING' && to !== 'ERROR' && to !== 'NOT_RUNNING') return
        stop()
        if (to === 'RUNNING') resolve()
        else
          reject(
            error ?? new StreamsError('lifecycle', 'start: the application was closed before it was running'),
          )
      })
    })
    this.#ended = this.#run()
    await running
  }

  /** Queries of a table, by the name the topology returned it under. */
  store<N extends keyof T & string>(name: N): StoreView<T[N]> {
    const table = this.#topology.tables[name]
    if (!table) throw new StreamsError('store-unknown', `the topology returns no table '${name}'`)
    this.#router(name)
    const read: Router['read'] = async (...key) => this.#router(name).read(...key)
    return storeView(table.store, read) as unknown as StoreView<T[N]>
  }

  /**
   * Stops taking records, commits, writes a last checkpoint and leaves the group. Safe to call at any time, and again.
   * @param options after `timeout` (never, if not given) what cannot be finished is given up, with nothing lost: the
   * application ends in ERROR, and the next start goes on from the last commit.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    if (this.#state === 'CREATED' || this.#state === 'REBALANCING' || this.#state === 'RUNNING') {
      const started = this.#ended !== undefined
      this.#become('PENDING_SHUTDOWN')
      this.#running?.pool.stop(options.leaveGroup)
      if (!started) this.#become('NOT_RUNNING')
    }
    if (options.timeout === undefined) await this.#ended
    else await this.#endWithin(durationMs(options.timeout, 'close: timeout'))
  }

  /**
   * Stops processing; the threads stay members of the group, and restored state is kept (KIP-834).
   * @throws StreamsError `lifecycle` unless it is started and not ended.
   */
  pause(): void {
    this.#live('pause').pool.pause()
  }

  /** Goes on after `pause`. @throws as `pause` */
  resume(): void {
    this.#live('resume').pool.resume()
  }

  get isPaused(): boolean {
    return this.#running?.pool.paused ?? false
  }

  /** Starts one more stream thread (KIP-663). @returns its name. @throws as `pause` */
  addStreamThread(): string {
    return this.#live('addStreamThread').pool.add().name
  }

  /**
   * Ends a stream thread; its tasks move to the others, here or elsewhere (KIP-663).
   * @returns its name when it has ended, undefined if there was none. @throws as `pause`
   */
  async removeStreamThread(options: CloseOptions = {}): Promise<string | undefined> {
    const thread = this.#live('removeStreamThread').pool.remove(options.leaveGroup)
    if (!thread) return undefined
    const cancel =
      options.timeout === undefined
        ? undefined
        : this.#clock.after(durationMs(options.timeout, 'removeStreamThread: timeout'), () =>
            thread.terminate(),
          )
    try {
      await thread.ended
    } finally {
      cancel?.()
    }
    return thread.name
  }

  /** Its stream threads and what they do. */
  get threads(): readonly ThreadMetadata[] {
    return (this.#running?.pool.threads ?? []).map(({ name, state, assignment }) => ({
      name,
      state,
      activeTasks: (assignment?.tasks ?? []).map(taskName),
      standbyTasks: (assignment?.standbys ?? []).map(taskName),
    }))
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
    if (this.#running && (this.#state === 'RUNNING' || this.#state === 'REBALANCING')) return this.#running
    throw new StreamsError('lifecycle', `${call}: the application is ${this.#state}`)
  }

  /** @throws StreamsError `store-not-ready`, which a view that outlives the application meets too. */
  #router(store: string): Router {
    if (this.#running) return this.#running.router
    throw new StreamsError(
      'store-not-ready',
      `store '${store}' is not ready: the application is ${this.#state}`,
    )
  }

  async #endWithin(timeoutMs: number): Promise<void> {
    const cancel = this.#clock.after(timeoutMs, () => this.#running?.pool.terminate())
    try {
      await this.#ended
    } finally {
      cancel()
    }
  }

  async #run(): Promise<void> {
    const { logger, stateDir, applicationId } = this.#options
    try {
      await using directory = await StateDirectory.open({ stateDir, applicationId })
      await using client = this.#createClient({ clock: this.#clock, logger, hooks: this.#hooks })
      const runtime = await this.#open(client, directory)
      try {
        this.#error = await runtime.run(this.#state === 'PENDING_SHUTDOWN')
      } finally {
        await runtime.close()
      }
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error))
    }
    if (this.#error) {
      logger.error({ err: this.#error }, this.#error.message)
      this.#become('PENDING_ERROR')
    }
    this.#running = undefined
    this.#become(this.#error ? 'ERROR' : 'NOT_RUNNING')
  }

  async #open(client: Client, directory: StateDirectory): Promise<Runtime> {
    const runtime = await Runtime.open({
      topology: this.#topology,
      options: this.#options,
      kafka: this.#kafka,
      client,
      directory,
      clock: this.#clock,
      hooks: this.#hooks,
      stopped: () => this.#state === 'PENDING_SHUTDOWN',
      decide: this.#uncaughtErrorHandler,
      onChange: (pool) => {
        if (pool.running) this.#become('RUNNING')
        else if (pool.rebalancing) this.#become('REBALANCING')
      },
    })
    this.#running = runtime
    return runtime
  }

  #createClient(context: ClientContext): Client {
    const kafka = this.#kafka
    if ('createClient' in kafka) return kafka.createClient(context)
    return createKafkaClient({ clientId: this.#options.applicationId, ...kafka }, context)
  }

  /** Changes that Java's state machine does not know (a rebalance while closing, say) are left out. */
  #become(to: AppState): void {
    const from = this.#state
    if (!mayFollow(from, to)) return
    this.#state = to
    this.#hooks.emit('state', { from, to, error: this.#error ?? null })
  }
}

function problemsOf(kafka: KafkaConnection | ClientSource | undefined): readonly string[] {
  if (!kafka) return ['kafka: give { brokers: [...] }']
  return 'createClient' in kafka ? [] : kafkaProblems(kafka)
}
