import type {
  KeyValueStore as TypedKeyValueStore,
  WindowStore as TypedWindowStore,
} from '../operator/context.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import type { KeyValueStore } from '../store/key-value-store.ts'
import type { WindowStore } from '../store/window-store.ts'

type Serdes = Pick<StoreSpec, 'keySerde' | 'valueSerde'>

/** A key-value store as operators see it: through the serdes. */
export function typedKeyValueStore(
  store: KeyValueStore,
  { keySerde, valueSerde }: Serdes,
): TypedKeyValueStore {
  return {
    get(key) {
      const found = store.get(keySerde.serialize(key))
      return found && { value: valueSerde.deserialize(found.value), timestamp: found.timestamp }
    },
    put(key, value, timestamp) {
      store.put(keySerde.serialize(key), value === null ? null : valueSerde.serialize(value), timestamp)
    },
  }
}

/** A window store as operators see it: through the serdes. */
export function typedWindowStore(store: WindowStore, { keySerde, valueSerde }: Serdes): TypedWindowStore {
  return {
    get(key, windowStart) {
      const found = store.get(keySerde.serialize(key), windowStart)
      return found && { value: valueSerde.deserialize(found.value), timestamp: found.timestamp }
    },
    put(key, windowStart, value, timestamp) {
      const bytes = value === null ? null : valueSerde.serialize(value)
      store.put(keySerde.serialize(key), windowStart, bytes, timestamp)
    },
  }
}
