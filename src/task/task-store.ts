import type { StateStore } from '../store/state-store.ts'
import type { QueriedStore } from './queried-store.ts'

export interface StoredValue {
  readonly value: Uint8Array
  readonly timestamp: number
}

/** What a task and its queries need of a store, whichever way the subtopology runs. */
export interface TaskStore {
  readonly state: StateStore
  readonly queried: QueriedStore
  /** Applies the records that the task's kernel has just decoded, `count` of them, as changelog records. */
  restore(count: number): void
  /** @param windowStart ms; 0 in a store without windows. */
  get(key: Uint8Array, windowStart: number): StoredValue | undefined
}
