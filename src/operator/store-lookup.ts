import type { Windowed } from '../serde/windowed.ts'
import type { ReadOnlySessionStore, ReadOnlyWindowStore, ValueAndTimestamp } from '../store/state-stores.ts'
import type { OperatorContext } from './context.ts'
import { type TableStore, tableStore } from './table-store.ts'

type StoreLookup = Omit<TableStore, 'put'>
type WindowStore = ReadOnlyWindowStore<unknown, ValueAndTimestamp<unknown>>
type SessionStore = ReadOnlySessionStore<unknown, unknown>

/** Finds the values of a table in its store; those of a windowed table by their `Windowed` keys. */
export function storeLookup(name: string, context: OperatorContext): StoreLookup {
  const store = context.store<object>(name)
  if ('fetchSession' in store) return sessionLookup(store as SessionStore)
  if ('fetchAll' in store) return windowLookup(store as WindowStore)
  return tableStore(name, context)
}

function windowLookup(store: WindowStore): StoreLookup {
  return unversioned(({ key, window }) => store.get(key, window.start))
}

/** A session is of the time it ends at. */
function sessionLookup(store: SessionStore): StoreLookup {
  return unversioned(({ key, window }) => {
    const value = store.fetchSession(key, window.start, window.end)
    return value === undefined ? undefined : { value, timestamp: window.end }
  })
}

function unversioned(get: (key: Windowed<unknown>) => ValueAndTimestamp<unknown> | undefined): StoreLookup {
  return { versioned: false, get: (key) => get(key as Windowed<unknown>), getAsOf: () => undefined }
}
