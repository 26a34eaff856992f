import type { RawRecord } from '../core/record.ts'
import type { BuiltStore } from '../task/built-store.ts'

/** How a test driver runs its topology: record at a time, or as a region of the kernel. */
export interface TestRunner {
  /** Adds a record to a topic that the topology reads. @throws as `RecordQueue.refresh` */
  add(raw: RawRecord): void
  /** Takes one record through the topology. @returns false if there is none, or none may be taken yet. */
  step(): boolean
  punctuateWallClock(): void
  commit(): void
  readonly stores: readonly BuiltStore[]
  close(): void
}
