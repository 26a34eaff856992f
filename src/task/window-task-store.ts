import type { BatchReader } from '../kernel/kernel.ts'
import type { WindowStore as WindowOperatorStore } from '../operator/context.ts'
import type { WindowStoreSpec } from '../plan/store-spec.ts'
import type { WindowStore } from '../store/window-store.ts'
import type { StoredValue, TaskStore } from './task-store.ts'

/** A window store of a task that runs record at a time. */
export class WindowTaskStore implements TaskStore {
  readonly state: WindowStore
  readonly #reader: BatchReader

  constructor(state: WindowStore, reader: BatchReader) {
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

  get(key: Uint8Array, windowStart: number): StoredValue | undefined {
    return this.state.get(key, windowStart)
  }

  /** The store as operators see it: through the serdes. */
  typed({ keySerde, valueSerde }: WindowStoreSpec): WindowOperatorStore {
    const store = this.state
    return {
      get(key, windowStart) {
        const found = store.get(keySerde.serialize(key), windowStart)
        return found && { value: valueSerde.deserialize(found.value), timestamp: found.timestamp }
      },
      put(key, windowStart, value, timestamp) {
        store.put(
          keySerde.serialize(key),
          windowStart,
          value === null ? null : valueSerde.serialize(value),
          timestamp,
        )
      },
    }
  }
}
