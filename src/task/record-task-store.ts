import type { BatchReader } from '../kernel/kernel.ts'
import type { StateStore } from '../store/state-store.ts'
import type { StoredValue, TaskStore } from './task-store.ts'

/** What key-value and window stores have in common. */
interface BytesStore extends StateStore {
  get(key: Uint8Array, windowStart: number): StoredValue | undefined
  restore(changelogKey: Uint8Array, value: Uint8Array | null, timestamp: number): void
}

/** A store of a task that runs record at a time. */
export class RecordTaskStore implements TaskStore {
  readonly state: BytesStore
  readonly #reader: BatchReader

  constructor(state: BytesStore, reader: BatchReader) {
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
}
