import { StreamsError } from '../core/errors.ts'
import { TypedKeyValueStore } from './typed-key-value-store.ts'
import { TypedSessionStore } from './typed-session-store.ts'
import { TypedVersionedStore } from './typed-versioned-store.ts'
import { TypedWindowStore } from './typed-window-store.ts'

const kinds = [TypedKeyValueStore, TypedWindowStore, TypedSessionStore, TypedVersionedStore]
const writing: ReadonlySet<string> = new Set(['put', 'putIfAbsent', 'putAll', 'delete', 'remove'])

/** A processor asks for its stores again and again. */
const views = new WeakMap<object, object>()

/**
 * A global store as the processors of tasks have it: what would write throws (Java's AbstractReadOnlyDecorator). As there,
 * a store of the user's own kind is given as it is.
 */
export function readOnlyStore<S>(name: string, store: S): S {
  if (!isBuiltIn(store)) return store
  const view = views.get(store) ?? readOnlyView(name, store)
  views.set(store, view)
  return view as S
}

function isBuiltIn(store: unknown): store is object {
  return kinds.some((kind) => store instanceof kind)
}

function readOnlyView(name: string, store: object): object {
  const refuse = (): never => {
    throw new StreamsError('processing', `global store '${name}' is read only`, { details: { store: name } })
  }
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(store)).filter(
    (name) => name !== 'constructor',
  )
  const view = methods.map((method) => [
    method,
    writing.has(method) ? refuse : (Reflect.get(store, method) as () => unknown).bind(store),
  ])
  return Object.freeze(Object.fromEntries(view))
}
