import type { StoreSpec } from '../plan/store-spec.ts'
import { buildJoinBuffer, buildOuterJoinBuffer, buildSuppressBuffer } from './build-buffers.ts'
import { buildCustomStore } from './build-custom-store.ts'
import { buildKeyValueStore } from './build-key-value-store.ts'
import { buildOverEngine } from './build-over-engine.ts'
import { buildSessionStore, buildWindowStore } from './build-segmented-stores.ts'
import { buildVersionedStore } from './build-versioned-store.ts'
import type { BuiltStore } from './built-store.ts'
import type { StateStoreParts } from './state-store-parts.ts'

export type { ChangelogAppend, StateStoreParts } from './state-store-parts.ts'

/**
 * Makes the stores of a task.
 * @param partsOf what each is made of.
 * @throws what building one throws; those made before it are closed.
 */
export function buildStateStores(
  specs: readonly StoreSpec[],
  partsOf: (spec: StoreSpec) => StateStoreParts,
): readonly BuiltStore[] {
  const built: BuiltStore[] = []
  try {
    for (const spec of specs) built.push(buildStateStore(spec, partsOf(spec)))
    return built
  } catch (error) {
    for (const store of built) store.close?.()
    throw error
  }
}

/** Makes the store that a spec describes. */
export function buildStateStore(spec: StoreSpec, parts: StateStoreParts): BuiltStore {
  const { engine } = spec
  return typeof engine === 'string'
    ? build(spec, parts)
    : buildOverEngine(engine, spec, parts, (over) => build(spec, over))
}

function build(spec: StoreSpec, parts: StateStoreParts): BuiltStore {
  switch (spec.kind) {
    case 'key-value':
    case 'fk-subscription':
      return buildKeyValueStore(spec, parts)
    case 'window':
      return buildWindowStore(spec, parts)
    case 'session':
      return buildSessionStore(spec, parts)
    case 'versioned':
      return buildVersionedStore(spec, parts)
    case 'outer-join-buffer':
      return buildOuterJoinBuffer(spec, parts)
    case 'suppress-buffer':
      return buildSuppressBuffer(spec, parts)
    case 'join-buffer':
      return buildJoinBuffer(spec, parts)
    case 'custom':
      return buildCustomStore(spec, parts)
  }
}
