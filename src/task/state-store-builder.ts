import type { StoreSpec } from '../plan/store-spec.ts'
import { buildJoinBuffer, buildOuterJoinBuffer, buildSuppressBuffer } from './build-buffers.ts'
import { buildKeyValueStore } from './build-key-value-store.ts'
import { buildSessionStore, buildWindowStore } from './build-segmented-stores.ts'
import { buildVersionedStore } from './build-versioned-store.ts'
import type { BuiltStore } from './built-store.ts'
import type { StateStoreParts } from './state-store-parts.ts'

export type { ChangelogAppend, StateStoreParts } from './state-store-parts.ts'

/** Makes the store that a spec describes. */
export function buildStateStore(spec: StoreSpec, parts: StateStoreParts): BuiltStore {
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
  }
}
