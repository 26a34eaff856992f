import { StreamsError } from '../core/errors.ts'
import type { ResolvedOptions } from '../core/options.ts'
import type { Topology } from '../dsl/topology.ts'
import type { Served, ServedStore } from '../http/served.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import { answersRemote } from '../query/answer-remote.ts'
import type { Queries } from '../query/queries.ts'
import { followStore } from '../query/store-changes.ts'
import type { Health } from './health.ts'
import type { Runtime } from './runtime.ts'
import { servedInstance, servedOwner, servedQueries } from './served-queries.ts'
import type { AppState } from './state.ts'

export interface ServedApplication {
  readonly topology: Topology
  readonly options: ResolvedOptions
  readonly state: () => AppState
  readonly health: () => Health
  /** Prometheus text. */
  readonly metrics: () => Promise<string>
  readonly queries: Queries
  /** Undefined before the start and after the end. */
  readonly runtime: () => Runtime | undefined
}

/** The application as its HTTP service sees it: what is wired here is all that HTTP knows. */
export function served(application: ServedApplication): Served {
  const { topology, options, health, metrics, queries } = application
  const { applicationId } = options
  const running = (store: StoreSpec | undefined): Runtime => {
    const runtime = application.runtime()
    if (runtime) return runtime
    const message = `${store ? `store '${store.name}'` : 'this instance'} is not ready: the application is ${application.state()}`
    throw new StreamsError('store-not-ready', message)
  }
  return {
    stores: servedStores(topology),
    topology: {
      text: () => topology.describe(),
      mermaid: () => topology.toMermaid(),
      json: () => topology.describe('json'),
    },
    queries: servedQueries(queries),
    health,
    metrics,
    lags: () => queries.lags(),
    instances: () => queries.metadataForAllInstances().map(servedInstance),
    keyOwner: async (store, key) => servedOwner(await queries.metadataForKey(store.name, key)),
    answerRemote: answersRemote({
      applicationId,
      logger: options.logger,
      router: () => running(undefined).router,
    }),
    changes: async (store, from) =>
      followStore({ client: running(store).client, plan: topology.plan, applicationId, store }, from),
  }
}

const kinds: ReadonlySet<StoreSpec['kind']> = new Set(['key-value', 'window', 'session', 'versioned'])

/** Those that people put something in: buffers and stores of joins are left out. */
function servedStores({ plan, tables }: Topology): readonly ServedStore[] {
  const names = new Map(Object.entries(tables).flatMap(([name, table]) => nameOfStore(name, table)))
  const ofTasks = plan.stores.map((spec) => ({ spec, global: false }))
  const ofAll = plan.globalStores.map(({ store }) => ({ spec: store, global: true }))
  return [...ofTasks, ...ofAll]
    .filter(({ spec }) => kinds.has(spec.kind) && !('retainDuplicates' in spec && spec.retainDuplicates))
    .map(({ spec, global }) => ({ name: spec.name, table: names.get(spec.name) ?? null, spec, global }))
}

/** Of a returned table, if it has one. */
function nameOfStore(table: string, holder: { readonly store: StoreSpec }): [string, string][] {
  try {
    return [[holder.store.name, table]]
  } catch (error) {
    if (StreamsError.is(error, 'store-unknown')) return []
    throw error
  }
}
