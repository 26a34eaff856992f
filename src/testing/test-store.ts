import type { KTable } from '../dsl/table.ts'
import type { StoreToken } from '../plan/processor-spec.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type {
  ReadOnlyKeyValueStore,
  ReadOnlySessionStore,
  ReadOnlyWindowStore,
  ValueAndTimestamp,
  VersionedKeyValueStore,
  Windowed,
} from '../store/state-stores.ts'
import type { BuiltStore, StoreEntry } from '../task/built-store.ts'

/** A store, whatever its kind, with its content. */
export interface TestStore {
  readonly name: string
  readonly kind: StoreSpec['kind']
  readonly spec: StoreSpec
  /** The store as operators have it (`KeyValueStore`, `WindowStore` ...), by partition; global ones have one. */
  readonly stores: readonly unknown[]
  /** All it holds, in its own order; expired entries are left out. */
  entries(): readonly StoreEntry[]
  /** Of a buffer: how full it is. */
  readonly buffer: BuiltStore['buffer']
}

/** What the store of a table may be; its options say which. */
export type TableStore<K, V> = [K] extends [Windowed<infer Key>]
  ?
      | ReadOnlyWindowStore<Key, ValueAndTimestamp<V>>
      | ReadOnlyWindowStore<Key, V>
      | ReadOnlySessionStore<Key, V>
  :
      | ReadOnlyKeyValueStore<K, ValueAndTimestamp<V>>
      | ReadOnlyKeyValueStore<K, V>
      | VersionedKeyValueStore<K, V>

/** What names a store: what declared it, a table, or its name. */
export type StoreReference = StoreToken<unknown> | Pick<KTable<unknown, unknown>, 'store'> | string

export function storeName(store: StoreReference): string {
  if (typeof store === 'string') return store
  return 'spec' in store ? store.name : store.store.name
}

/** @param partitions the store of each task that has it, in order. */
export function testStore(partitions: readonly BuiltStore[]): TestStore {
  const [{ spec, buffer }] = partitions as [BuiltStore]
  return {
    name: spec.name,
    kind: spec.kind,
    spec,
    stores: partitions.map(({ typed }) => typed),
    entries: () => partitions.flatMap((built) => [...built.entries()]),
    buffer,
  }
}
