/** What the rows in memory take, and which changes belong together. */
@unmanaged
export class Ledger {
  /** The largest window start put, -1 before the first. */
  storeTime: i64
  /** Of all rows, and of those that no acknowledged snapshot covers. */
  usedBytes: usize
  dirtyBytes: usize
  /** Slots of all segments. */
  slots: usize
  /** Entries that could be evicted, but for those in use. */
  cleanEntries: u32
  /** Clean entries are evicted above it. */
  capacity: usize
  /** Of the next snapshot: a row carries that of its last change. */
  generation: u32
  /** Of the next commit. */
  commit: u32
  /** Of the stretch of records at hand, which keeps the rows it counts into in memory. */
  stretch: u32
}

export const ledger = changetype<Ledger>(memory.data(offsetof<Ledger>(), 16))
ledger.storeTime = -1
ledger.capacity = usize.MAX_VALUE
ledger.generation = 1
ledger.commit = 1
ledger.stretch = 1

export function setStoreTime(start: f64): void {
  ledger.storeTime = <i64>start
}

export function usedBytes(): f64 {
  return <f64>ledger.usedBytes
}

export function dirtyBytes(): f64 {
  return <f64>ledger.dirtyBytes
}
