import type { BatchReader } from '../kernel/kernel.ts'
import type { KeyValueStore as KeyValueOperatorStore } from '../operator/context.ts'
import type { KeyValueStoreSpec } from '../plan/store-spec.ts'
import type { KeyValueStore } from '../store/key-value-store.ts'
import type { StoredValue, TaskStore } from './task-store.ts'

/** A key-value store of a task that runs record at a time. */
export class KeyValueTaskStore implements TaskStore {
  readonly state: KeyValueStore
  readonly #reader: BatchReader

  constructor(state: KeyValueStore, reader: BatchReader) {
    this.state = state
    this.#reader = reader
  }

  restore(count: number): void {
    const reader = this.#reader
    for (let i = 0; i < count; i++) {
      const key = reader.key(i)
      if (key) this.state.restore(key, reader.value(i), reader.timestamp(i))
    }
  }

  get(key: Uint8Array): StoredValue | undefined {
    return this.state.get(key)
  }

  /** The store as operators see it: through the serdes. */
  typed({ keySerde, valueSerde }: KeyValueStoreSpec): KeyValueOperatorStore {
    const store = this.state
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
}
