import type { SpaceRows } from './byte-store.ts'
import type { CheckpointedRows, Rows } from './rows.ts'

/** The rows of a store that has one space, and forgets nothing by itself. */
export function checkpointedRows(rows: Rows): CheckpointedRows {
  return {
    get memoryBytes() {
      return rows.memoryBytes
    },
    get dirtyBytes() {
      return rows.dirtyBytes
    },
    snapshot(): readonly SpaceRows[] {
      const changes = rows.snapshot()
      return changes ? [changes] : []
    },
    acknowledge() {
      rows.acknowledge()
    },
    expire: () => [],
  }
}
