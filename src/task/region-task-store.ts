import { putInt64 } from '../core/bytes.ts'
import type { RegionStore } from '../region/region-store.ts'
import type { StoredValue, TaskStore } from './task-store.ts'

/** The kernel's table. */
export class RegionTaskStore implements TaskStore {
  readonly state: RegionStore

  constructor(state: RegionStore) {
    this.state = state
  }

  restore(): void {
    this.state.restore()
  }

  get(key: Uint8Array, windowStart: number): StoredValue | undefined {
    const found = this.state.get(key, windowStart)
    if (!found) return undefined
    const value = new Uint8Array(8)
    putInt64(new DataView(value.buffer), 0, found.value)
    return { value, timestamp: found.timestamp }
  }
}
