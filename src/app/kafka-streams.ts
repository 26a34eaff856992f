import { StreamsAssignor } from '../assign/streams-assignor.ts'
import type { Client, ClientContext } from '../client/client.ts'
import { createKafkaClient } from '../client/kafka/client.ts'
import { type KafkaOptions, kafkaProblems } from '../client/kafka/options.ts'
import { StreamsError } from '../core/errors.ts'
import { type HookEvents, Hooks } from '../core/hooks.ts'
import { type ResolvedOptions, resolveOptions, type StreamsOptions } from '../core/options.ts'
import { type Clock, systemClock } from '../core/time/clock.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
import type { Tables, Topology } from '../dsl/topology.ts'
import { Router } from '../query/router.ts'
import { type StoreView, storeView } from '../query/store-view.ts'
import { RecordCache } from '../store/record-cache.ts'
import { StateDirectory } from '../store/state-directory.ts'
import { GlobalState } from '../task/global-state.ts'
import { TaskOpener } from '../task/task-opener.ts'
import { StreamThread } from '../thread/stream-thread.ts'
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
  #state: AppState = 'CREATED'
  #error: Error | undefined
  #running: Running | undefined
  #ended: Promise<void> | undefined

  /** @throws StreamsError `options-invalid` listing every problem; `topology-invalid` for what only the test driver runs. */
  constructor(topology: Topology<T>, options: KafkaStreamsOptions) {
    const { kafka, clock, ...others } = options
    checkRunnable(topology)
    this.#topology = topology
    this.#options = resolveOptions(others, problemsOf(kafka))
    this.#kafka = kafka
    this.#clock = clock ?? systemClock
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
    const find: Router['find'] = async (store, key) => this.#router(name).find(store, key)
    return storeView(table.store, find) as unknown as StoreView<T[N]>
  }

  /**
   * Stops taking records, commits, writes a last checkpoint and leaves the group. Safe to call at any time, and again.
   * @param options after `timeout` (never, if not given) what cannot be finished is given up, with nothing lost: the
   * application ends in ERROR, and the next start goes on from the last commit.
   */
  async close(options: { readonly timeout?: Duration } = {}): Promise<void> {
    if (this.#state === 'CREATED' || this.#state === 'REBALANCING' || this.#state === 'RUNNING') {
      const started = this.#ended !== undefined
      this.#become('PENDING_SHUTDOWN')
      this.#running?.thread.stop()
      if (!started) this.#become('NOT_RUNNING')
    }
    if (options.timeout === undefined) await this.#ended
    else await this.#endWithin(durationMs(options.timeout, 'close: timeout'))
  }

  /** Resolves when the application has ended: to undefined after `close`, to what went wrong in ERROR. */
  async ended(): Promise<Error | undefined> {
    await this.#ended
    return this.#error
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** @throws StreamsError `store-not-ready`, which a view that outlives the application meets too. */
  #router(store: string): Router {
    if (this.#running) return this.#running.router
    throw new StreamsError(
      'store-not-ready',
      `store '${store}' is not ready: the application is ${this.#state}`,
    )
  }

  /** Closing the client ends every call that waits for the broker. */
  async #endWithin(timeoutMs: number): Promise<void> {
    const cancel = this.#clock.after(timeoutMs, () => void this.#running?.client.close())
    try {
      await this.#ended
    } finally {
      cancel()
    }
  }

  async #run(): Promise<void> {
    const { logger, stateDir, applicationId } = this.#options
    try {
      await using client = this.#createClient({ clock: this.#clock, logger, hooks: this.#hooks })
      await using directory = await StateDirectory.open({ stateDir, applicationId })
      const globals = await GlobalState.open(
        { plan: this.#topology.plan, options: this.#options, client, clock: this.#clock, hooks: this.#hooks },
        () => this.#state === 'PENDING_SHUTDOWN',
      )
      this.#running = this.#build(client, directory, globals)
      const { thread } = this.#running
      const following = globals.follow().catch((error: unknown) => thread.fail(error))
      try {
        if (this.#state === 'PENDING_SHUTDOWN') thread.stop()
        await thread.run()
      } finally {
        await globals.close()
        await following
      }
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error))
      logger.error({ err: this.#error }, this.#error.message)
      this.#become('PENDING_ERROR')
    }
    this.#running = undefined
    this.#become(this.#error ? 'ERROR' : 'NOT_RUNNING')
  }

  #build(client: Client, directory: StateDirectory, globals: GlobalState): Running {
    const { plan } = this.#topology
    const options = this.#options
    const { applicationId, logger } = options
    const hooks = this.#hooks
    const clock = this.#clock
    const name = `${applicationId}-${directory.processId}-StreamThread-1`
    const thread = new StreamThread({
      name,
      options,
      client,
      clock,
      hooks,
      logger,
      assignor: new StreamsAssignor({
        plan,
        applicationId,
        processId: directory.processId,
        client,
        replicationFactor: options.replicationFactor,
        applicationServer: options.applicationServer,
        localTasks: () => directory.localTasks(),
      }),
      opener: new TaskOpener({
        plan,
        options,
        client,
        clock,
        hooks,
        logger,
        directory,
        globalStores: globals.typed,
        cache: () => (options.cacheMaxBytes > 0 ? new RecordCache(options.cacheMaxBytes) : undefined),
      }),
      transactionalId: `${applicationId}-${directory.processId}-1`,
      onState: (state) => this.#become(state === 'running' ? 'RUNNING' : 'REBALANCING'),
    })
    const router = new Router({ plan, applicationId, client, thread: () => thread })
    return { client, thread, router }
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

function checkRunnable({ plan }: Topology): void {
  const source = plan.subtopologies.flatMap(({ sources }) => sources).find(({ pattern }) => pattern)
  if (!source) return
  throw new StreamsError(
    'topology-invalid',
    `${source.name} reads topics by pattern, which only the test driver does yet: name the topics instead`,
  )
}

function problemsOf(kafka: KafkaConnection | ClientSource | undefined): readonly string[] {
  if (!kafka) return ['kafka: give { brokers: [...] }']
  return 'createClient' in kafka ? [] : kafkaProblems(kafka)
}

interface Running {
  readonly client: Client
  readonly thread: StreamThread
  readonly router: Router
}
