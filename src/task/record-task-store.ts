import type { BatchReader } from '../kernel/kernel.ts'
import type { StateStore } from '../store/state-store.ts'
import type { BuiltStore } from './built-store.ts'
import type { QueriedStore } from './queried-store.ts'
import type { StoredValue, TaskStore } from './task-store.ts'

/** A store of a task that runs record at a time. */
export class RecordTaskStore implements TaskStore {
  readonly #store: BuiltStore
  readonly #reader: BatchReader
  readonly #from: { readonly topic: string; readonly partition: number }

  /** @param from the changelog, or the topic in its place. */
  constructor(
    store: BuiltStore,
    reader: BatchReader,
    from: { readonly topic: string; readonly partition: number },
  ) {
    this.#store = store
    this.#reader = reader
    this.#from = from
  }

  get state(): StateStore {
    return this.#store.state
  }

  get queried(): QueriedStore {
    return this.#store
  }

  restore(count: number): void {
    const reader = this.#reader
    const { topic, partition } = this.#from
    for (let i = 0; i < count; i++) {
      const key = reader.key(i)
      if (!key) continue
      this.#store.restore({
        topic,
        partition,
        offset: reader.offset(i),
        key,
        value: reader.value(i),
        timestamp: reader.timestamp(i),
        headers: reader.headers(i),
      })
    }
  }

  get(key: Uint8Array, windowStart: number): StoredValue | undefined {
    return this.#store.get(key, windowStart)
  }
}
