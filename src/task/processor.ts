import type { RegionCounters } from '../kernel/kernel.ts'
import type { FetchedInput } from './fetched-input.ts'

/**
 * How a task takes records through its subtopology: in the kernel (RegionProcessor) or one at a time
 * (RecordProcessor).
 */
export interface Processor {
  /** Once, before the first record. */
  init(): void
  /** An input has got more to read. */
  added(input: FetchedInput): void
  /** There are records. */
  readonly pending: boolean
  /** Records can be taken now, and need not wait for those of another partition. @param now ms. */
  ready(now: number): boolean
  /** Takes as many records as are good to take in one go. @returns how many. */
  process(): number
  /** Of the kernel, where that processes the records. */
  readonly counters?: Pick<RegionCounters, 'evicted' | 'diskReads'>
  /** Offset of an input's next record to process. */
  position(input: FetchedInput): number
  /** Largest timestamp taken of an input, -1 before the first. */
  partitionTime(input: FetchedInput): number
  /** Runs the punctuations that the wall clock has reached. @returns whether there were any. */
  punctuate(): boolean
  /** When the next of them is due, ms since the epoch; undefined if there are none. */
  readonly nextPunctuation: number | undefined
  /** A processor asked for a commit. */
  readonly commitRequested: boolean
  /** At a commit: outputs and changelog records that were held back. */
  flush(): void
  /** The commit succeeded. */
  committed(): void
  /** Stream times that operators have observed, by node name; they travel with the committed offsets. */
  operatorTimes(): ReadonlyMap<string, number>
  /** Also if `init` was never called. */
  close(): void
}
