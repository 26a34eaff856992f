import type { Client } from '../client/client.ts'
import { StreamsError } from '../core/errors.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Plan } from '../plan/plan.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { StreamThreadHandle } from '../thread/stream-thread-handle.ts'
import { type KeyValueStoreView, keyValueView } from './key-value-view.ts'
import { type StorePartitionLag, storeLags } from './lags.ts'
import { type InstanceMetadata, instancesOf, type KeyMetadata } from './metadata.ts'
import type { QueryOptions, QueryPartitioner } from './query-options.ts'
import type { Router } from './router.ts'
import { type SessionStoreView, sessionView } from './session-view.ts'
import { StoreQuery } from './store-query.ts'
import { type VersionedStoreView, versionedView } from './versioned-view.ts'
import { type WindowStoreView, windowView } from './window-view.ts'

/** A store that can be asked. */
export interface QueriedStoreInfo {
  readonly name: string
  readonly kind: 'key-value' | 'window' | 'session' | 'versioned'
  /** Every instance has all of it. */
  readonly global: boolean
  readonly spec: StoreSpec
}

/** What a running application consists of, as queries see it. */
export interface RunningQueries {
  readonly router: Router
  readonly client: Client
  readonly pool: { readonly threads: readonly StreamThreadHandle[] }
}

export interface QueriesParts {
  readonly plan: Plan
  readonly applicationId: string
  readonly applicationServer: string | undefined
  readonly clock: Clock
  /** @throws StreamsError `store-not-ready` unless the application runs. */
  running(what: string): RunningQueries
}

/** Stores by their names in the topology, and who has what (Java's KafkaStreams.store, query and metadata methods). */
export class Queries {
  readonly #parts: QueriesParts

  constructor(parts: QueriesParts) {
    this.#parts = parts
  }

  /** The stores that can be asked. */
  stores(): readonly QueriedStoreInfo[] {
    const { plan } = this.#parts
    const own = plan.stores.map((spec) => ({ spec, global: false }))
    const globals = plan.globalStores.map(({ store }) => ({ spec: store, global: true }))
    return [...own, ...globals].flatMap(({ spec, global }) =>
      isAsked(spec.kind) ? [{ name: spec.name, kind: spec.kind, global, spec }] : [],
    )
  }

  /** @throws StreamsError `store-unknown`, `query-unsupported` if the store is of another kind */
  keyValue<K = unknown, V = unknown>(store: string): KeyValueStoreView<K, V> {
    return keyValueView(this.#query(store, 'key-value', 'versioned')) as unknown as KeyValueStoreView<K, V>
  }

  /** @throws as `keyValue` */
  window<K = unknown, V = unknown>(store: string): WindowStoreView<K, V> {
    return windowView(this.#query(store, 'window')) as unknown as WindowStoreView<K, V>
  }

  /** @throws as `keyValue` */
  session<K = unknown, V = unknown>(store: string): SessionStoreView<K, V> {
    return sessionView(this.#query(store, 'session')) as unknown as SessionStoreView<K, V>
  }

  /** @throws as `keyValue` */
  versioned<K = unknown, V = unknown>(store: string): VersionedStoreView<K, V> {
    return versionedView(this.#query(store, 'versioned')) as unknown as VersionedStoreView<K, V>
  }

  /**
   * Who has a key (Java's queryMetadataForKey).
   * @param partitioner if a partitioner of your own sent keys where they are.
   * @throws StreamsError `store-not-ready`, `store-unknown`, `key-invalid`
   */
  async metadataForKey(store: string, key: unknown, partitioner?: QueryPartitioner): Promise<KeyMetadata> {
    const query = this.#query(store)
    const options: QueryOptions = partitioner ? { partitioner } : {}
    const partition = await query.partitionOf(key, query.keyBytes(key), options)
    const { router } = this.#parts.running(store)
    if (router.isGlobal(query.spec)) return { partition, active: undefined, standbys: [], local: true }
    const { active, standbys, local } = router.owners(query.spec, partition)
    return { partition, active: active && hostOf(active), standbys: standbys.map(hostOf), local }
  }

  /** Every instance that has an applicationServer (Java's metadataForAllStreamsClients). @throws StreamsError `store-not-ready` */
  metadataForAllInstances(): readonly InstanceMetadata[] {
    const { plan, applicationId, applicationServer, running } = this.#parts
    return instancesOf(running('').router, plan, applicationId, applicationServer)
  }

  /** Those that have a partition of a store (Java's streamsMetadataForStore). @throws as `metadataForAllInstances`, `store-unknown` */
  metadataForStore(store: string): readonly InstanceMetadata[] {
    const { name } = this.#query(store).spec
    return this.metadataForAllInstances().filter(({ stores, standbyStores }) =>
      [...stores, ...standbyStores].includes(name),
    )
  }

  /** How far the stores of this instance, standbys too, are behind their changelogs (Java's allLocalStorePartitionLags). */
  lags(): Promise<readonly StorePartitionLag[]> {
    const { client, pool } = this.#parts.running('')
    return storeLags(client, pool.threads)
  }

  /** For a store's own view. @throws StreamsError `store-unknown`, `query-unsupported` */
  query(spec: StoreSpec): StoreQuery {
    return new StoreQuery(spec, () => this.#parts.running(spec.name).router, this.#parts.clock)
  }

  #query(store: string, ...kinds: readonly StoreSpec['kind'][]): StoreQuery {
    const { plan } = this.#parts
    const specs = [...plan.stores, ...plan.globalStores.map((global) => global.store)]
    const spec = specs.find(({ name }) => name === store)
    if (!spec) throw new StreamsError('store-unknown', `the topology has no store '${store}'`)
    if (kinds.length > 0 && !kinds.includes(spec.kind))
      throw new StreamsError(
        'query-unsupported',
        `store '${store}' is a ${spec.kind} store, and cannot be asked as a ${kinds[0]} store`,
      )
    return this.query(spec)
  }
}

function isAsked(kind: StoreSpec['kind']): kind is QueriedStoreInfo['kind'] {
  return kind === 'key-value' || kind === 'window' || kind === 'session' || kind === 'versioned'
}

function hostOf({ host, port }: { readonly host: string; readonly port: number }): {
  readonly host: string
  readonly port: number
} {
  return { host, port }
}
