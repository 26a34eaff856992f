import type { ByteStore } from './byte-store.ts'
import { storeOf } from './checkpoint.ts'
import type { StateStore } from './state-store.ts'

/** What a space takes, without reading it. */
export interface SpaceSize {
  readonly rows: number
  /** In whole pages. */
  readonly bytes: number
}

/** What one store of one task takes, at the moment. */
export interface StoreSize {
  /** `global` for a global store. */
  readonly task: string
  readonly store: string
  /** About how many rows: those on disk as of the last checkpoint, or those of a store that is in memory only. */
  readonly rows: number
  /** In whole pages of LMDB; 0 for a store in memory. */
  readonly diskBytes: number
  readonly memoryBytes: number
  /** Those of them that are not on disk yet, and should be. */
  readonly dirtyBytes: number
}

/** @param bytes of the task: the names of a store's spaces begin with its own. */
export function storeSizes(
  task: string,
  stores: Iterable<StateStore>,
  bytes: ByteStore,
): readonly StoreSize[] {
  const onDisk = new Map<string, { rows: number; bytes: number }>()
  for (const space of bytes.spaces()) {
    const sum = onDisk.get(storeOf(space)) ?? { rows: 0, bytes: 0 }
    const size = bytes.size(space)
    sum.rows += size.rows
    sum.bytes += size.bytes
    onDisk.set(storeOf(space), sum)
  }
  return Array.from(stores, ({ name, memoryBytes, dirtyBytes, memoryRows = 0 }) => {
    const { rows, bytes } = onDisk.get(name) ?? { rows: memoryRows, bytes: 0 }
    return { task, store: name, rows, diskBytes: bytes, memoryBytes, dirtyBytes }
  })
}
