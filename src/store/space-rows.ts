import type { SpaceRows } from './byte-store.ts'
import type { CheckpointedRows, Rows } from './rows.ts'

/**
 * The rows of a store that has one space, and forgets nothing by itself.
 * @param besides bytes that the store holds in memory besides its rows.
 */
export function checkpointedRows(rows: Rows, besides: () => number = () => 0): CheckpointedRows {
  return {
    get memoryBytes() {
      return rows.memoryBytes + besides()
    },
    get memoryRows() {
      return rows.memoryRows
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
