import type { GlobalStore, Plan } from '../plan/plan.ts'
import type { StoreSpec } from '../plan/store-spec.ts'

/** Rows stay on disk, and the next start reads only what came since. Stores of the user's own are filled anew. */
export function isKept({ engine, kind }: StoreSpec): boolean {
  return engine === 'lmdb' && kind !== 'custom'
}

/**
 * One thread of the process writes the store, and the others read its rows on disk: each row is all there is to know of
 * a key. Of other kinds every thread has a copy: what has expired, or was used least, is known to who wrote it only.
 */
export function isShared(store: StoreSpec): boolean {
  return isKept(store) && store.kind === 'key-value' && store.maxEntries === undefined
}

/** What the one writer of a process with worker threads fills, and what each of them fills for itself. */
export function globalStoresOf(plan: Plan, who: 'writer' | 'worker'): readonly GlobalStore[] {
  return plan.globalStores.filter(({ store }) => isShared(store) === (who === 'writer'))
}
