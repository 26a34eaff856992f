import { StreamsError } from '../core/errors.ts'
import type { Hooks } from '../core/hooks.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Topology } from '../dsl/topology.ts'
import type { ListenOptions } from '../http/listen-options.ts'
import { Queries } from '../query/queries.ts'
import type { StreamThreadHandle } from '../thread/stream-thread-handle.ts'
import { ApplicationMetrics } from './application-metrics.ts'
import type { Health } from './health.ts'
import { HealthWatch } from './health-watch.ts'
import { HttpService } from './http-service.ts'
import type { Runtime } from './runtime.ts'
import type { AppState } from './state.ts'

export interface ObservedApplication {
  readonly topology: Topology
  readonly options: ResolvedOptions
  readonly listen: ListenOptions | undefined
  readonly clock: Clock
  readonly hooks: Hooks
  readonly state: () => AppState
  readonly error: () => Error | undefined
  /** Undefined before the start and after the end. */
  readonly running: () => Runtime | undefined
}

/** All by which an application is seen from outside: queries, health, metrics, and HTTP for the three. */
export class Observation {
  readonly queries: Queries
  readonly metrics: ApplicationMetrics
  readonly http: HttpService
  readonly #application: ObservedApplication
  readonly #watch: HealthWatch

  constructor(application: ObservedApplication) {
    const { topology, options, clock, running } = application
    const threads = (): readonly StreamThreadHandle[] => running()?.pool.threads ?? []
    this.#application = application
    this.#watch = new HealthWatch({ ...application, threads })
    this.metrics = new ApplicationMetrics({ ...application, threads })
    this.queries = new Queries({
      plan: topology.plan,
      applicationId: options.applicationId,
      applicationServer: options.applicationServer,
      clock,
      running: (store) => this.queried(store),
    })
    this.http = new HttpService({
      ...application,
      queries: this.queries,
      health: () => this.health(),
      metrics: () => this.metrics.prometheus(),
      runtime: running,
    })
  }

  health(): Health {
    const { state, error } = this.#application
    return this.#watch.health(state(), error())
  }

  /** @throws StreamsError `store-not-ready`, which a view that outlives the application meets too. */
  queried(store: string): Runtime {
    const { running, state } = this.#application
    const runtime = running()
    if (runtime) return runtime
    const what = store === '' ? 'this instance' : `store '${store}'`
    throw new StreamsError('store-not-ready', `${what} is not ready: the application is ${state()}`)
  }

  /** The application's threads are there, or about to be. @param inWorkers they can be blocked without this one being so. */
  start(inWorkers: boolean): void {
    if (inWorkers) this.#watch.start()
    this.metrics.start()
  }

  stop(): void {
    this.#watch.stop()
    this.metrics.stop()
  }
}
