/**
 * How a task takes records through its subtopology: in the kernel (RegionProcessor) or one at a time
 * (RecordProcessor). Works on what the task's kernel has loaded.
 */
export interface Processor {
  /** Takes the next of the loaded records, as many as are good to take in one go. @returns how many; 0 when they are used up. */
  process(): number
  /** Offset after the last record taken by the last call of `process` that took one. */
  readonly nextOffset: number
  /** Largest timestamp taken so far, -1 before the first: the partition's time. */
  readonly partitionTime: number
  /** At a commit: outputs and changelog records that were held back. */
  flush(): void
  /** The commit succeeded. */
  committed(): void
  /** Stream times that operators have observed, by node name; they travel with the committed offsets. */
  operatorTimes(): ReadonlyMap<string, number>
}
