import type { KTable } from '../dsl/table.ts'
import type { Windowed } from '../serde/windowed.ts'
import { type KeyValueStoreView, keyValueView } from './key-value-view.ts'
import type { StoreQuery } from './store-query.ts'
import { type WindowStoreView, windowView } from './window-view.ts'

/** The view that fits a table. Sessions and versions, which the types do not tell apart, are asked for by `queries`. */
export type StoreView<T> =
  T extends KTable<Windowed<infer K>, infer V>
    ? WindowStoreView<K, V>
    : T extends KTable<infer K, infer V>
      ? KeyValueStoreView<K, V>
      : never

/** The one that fits the store; the types show the same. */
export function storeView(
  query: StoreQuery,
): WindowStoreView<unknown, unknown> | KeyValueStoreView<unknown, unknown> {
  const { kind } = query.spec
  return kind === 'window' || kind === 'session' ? windowView(query) : keyValueView(query)
}
