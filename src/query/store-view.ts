import type { KTable } from '../dsl/table.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { Windowed } from '../serde/windowed.ts'
import type { Router } from './router.ts'

/** What queries of a table with windows can ask (Java's ReadOnlyWindowStore). */
export interface WindowStoreView<K, V> {
  /**
   * The value of the key in the window that begins at `start` (ms since the epoch, or a Date), as processed so far,
   * committed or not; undefined if there is none, or it has expired.
   * @throws StreamsError `store-not-ready`, `store-elsewhere` (see `details.owner`)
   */
  fetch(key: K, start: number | Date): Promise<V | undefined>
}

/** What queries of a table without windows can ask (Java's ReadOnlyKeyValueStore). */
export interface KeyValueStoreView<K, V> {
  /** The key's value, as processed so far, committed or not; undefined if there is none. @throws as WindowStoreView.fetch */
  get(key: K): Promise<V | undefined>
}

/** The view that fits a table. */
export type StoreView<T> =
  T extends KTable<Windowed<infer K>, infer V>
    ? WindowStoreView<K, V>
    : T extends KTable<infer K, infer V>
      ? KeyValueStoreView<K, V>
      : never

/** Both views in one object; the types show the one that fits the store. */
export function storeView(
  store: StoreSpec,
  readKey: Router['read'],
): WindowStoreView<unknown, unknown> & KeyValueStoreView<unknown, unknown> {
  const read = async (key: unknown, windowStart: number): Promise<unknown> => {
    const bytes = store.keySerde.serialize(key)
    const found = await readKey(store, bytes, windowStart)
    return found && store.valueSerde.deserialize(found.value)
  }
  return {
    fetch: (key, start) => read(key, typeof start === 'number' ? start : start.getTime()),
    get: (key) => read(key, 0),
  }
}
