import {
  type KeyValueStore,
  type ValueAndTimestamp,
  type VersionedKeyValueStore,
  validToUndefined,
} from '../store/state-stores.ts'
import type { OperatorContext } from './context.ts'

/** The store of a table, timestamped or versioned (Java's KeyValueStoreWrapper). */
export interface TableStore {
  readonly versioned: boolean
  get(key: unknown): ValueAndTimestamp<unknown> | undefined
  /** The version that was valid then; of versioned stores alone. */
  getAsOf(key: unknown, timestamp: number): ValueAndTimestamp<unknown> | undefined
  /** @returns as `put` of a versioned store does; others always hold the latest. */
  put(key: unknown, value: unknown, timestamp: number): number
}

type Timestamped = KeyValueStore<unknown, ValueAndTimestamp<unknown>>
type Versioned = VersionedKeyValueStore<unknown, unknown>

export function tableStore(name: string, context: OperatorContext): TableStore {
  const store = context.store<Timestamped | Versioned>(name)
  return isTimestamped(store) ? timestampedStore(store) : versionedStore(store)
}

function isTimestamped(store: Timestamped | Versioned): store is Timestamped {
  return 'putIfAbsent' in store
}

function timestampedStore(store: Timestamped): TableStore {
  return {
    versioned: false,
    get: (key) => store.get(key),
    getAsOf: () => undefined,
    put(key, value, timestamp) {
      store.put(key, value === null ? null : { value, timestamp })
      return validToUndefined
    },
  }
}

function versionedStore(store: Versioned): TableStore {
  return {
    versioned: true,
    get: (key) => store.get(key),
    getAsOf: (key, timestamp) => store.get(key, timestamp),
    put: (key, value, timestamp) => store.put(key, value, timestamp),
  }
}
