import type { SpaceRows } from './byte-store.ts'
import type { CheckpointedRows } from './rows.ts'

/** How one state store takes part in commit, checkpoint and restore: the same for kernel tables and for overlays. */
export interface StateStore {
  readonly name: string
  /** Says what the rows mean; rows of another fingerprint are not read. */
  readonly fingerprint: string
  /** Bytes held in memory, and those of them that no acknowledged snapshot covers. */
  readonly memoryBytes: number
  /** How many rows, where all are in memory. */
  readonly memoryRows?: number | undefined
  readonly dirtyBytes: number
  /** Copies the rows changed since the last snapshot. At most one snapshot is under way. */
  snapshot(): readonly SpaceRows[]
  /** The last snapshot is durable. */
  acknowledge(): void
  /** Forgets what has expired. @returns the spaces to drop, after the commit under way. */
  expire(): readonly string[]
  /** Clean rows above this many bytes may be let go. */
  setCapacity(bytes: number): void
}

/** A state store whose clean rows are not kept in memory. */
export function stateStore(
  { name, fingerprint }: Pick<StateStore, 'name' | 'fingerprint'>,
  rows: CheckpointedRows,
): StateStore {
  return {
    name,
    fingerprint,
    get memoryBytes() {
      return rows.memoryBytes
    },
    get memoryRows() {
      return rows.memoryRows
    },
    get dirtyBytes() {
      return rows.dirtyBytes
    },
    snapshot: () => rows.snapshot(),
    acknowledge: () => rows.acknowledge(),
    expire: () => rows.expire(),
    setCapacity() {},
  }
}
