import { guard } from '../operator/guard.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import { StoreDirectory } from '../store/store-directory.ts'
import { engineSpaces, type StoreEngine } from '../store/store-engine.ts'
import type { BuiltStore } from './built-store.ts'
import type { StateStoreParts } from './state-store-parts.ts'

/**
 * Makes a store whose rows an engine of the user's keeps, and which closes what the engine opened for it.
 * @throws StreamsError `processing` naming store and engine, if the engine cannot be opened.
 */
export function buildOverEngine(
  engine: StoreEngine,
  { name }: StoreSpec,
  parts: StateStoreParts,
  build: (over: StateStoreParts) => BuiltStore,
): BuiltStore {
  const label = `store '${name}' in engine '${engine.name}'`
  const directory = new StoreDirectory(parts.task, name)
  const opened = closing(
    () => directory.remove(),
    guard(label, () => engine.open(directory.context)),
  )
  let open = true
  const close = (): void => {
    if (!open) return
    open = false
    try {
      guard(label, () => opened.close?.())()
    } finally {
      directory.remove()
    }
  }
  return Object.assign(
    closing(
      close,
      guard(label, () => build({ ...parts, spaces: engineSpaces(opened) })),
    ),
    { close },
  )
}

/** Closes what was open before, if what follows fails. */
function closing<T>(close: () => void, run: () => T): T {
  try {
    return run()
  } catch (error) {
    close()
    throw error
  }
}
