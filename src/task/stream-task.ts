import type { CommittedOffset, Fetched } from '../client/client.ts'
import type { Hooks } from '../core/hooks.ts'
import { type TaskId, taskName } from '../core/task-id.ts'
import type { Clock } from '../core/time/clock.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { encodeOffsetMetadata } from '../protocol/offset-metadata.ts'
import type { TaskState } from '../store/task-state.ts'
import type { Changelog } from './changelog.ts'
import type { Processor } from './processor.ts'
import type { RecordCollector } from './record-collector.ts'
import type { TaskStore } from './task-store.ts'

export interface StreamTaskParts {
  readonly id: TaskId
  readonly input: TopicPartition
  /** How many partitions the input topic has. */
  readonly inputPartitions: number
  /** Where the input begins: the committed offset, or what the reset policy says. */
  readonly position: number
  readonly kernel: Kernel
  readonly processor: Processor
  readonly collector: RecordCollector
  readonly state: TaskState
  readonly stores: ReadonlyMap<string, TaskStore>
  readonly changelogs: readonly Changelog[]
  readonly clock: Clock
  readonly hooks: Hooks
  /** Offset after the last acknowledged record of a changelog, undefined if this producer wrote none. */
  acknowledged(changelog: Changelog): number | undefined
}

/**
 * One subtopology's work on one partition. Its input waits in `Fetched` stretches; the kernel holds one stretch at a
 * time. Nothing here waits: the thread decides when to process, commit and checkpoint.
 */
export class StreamTask {
  readonly id: TaskId
  readonly name: string
  readonly input: TopicPartition
  readonly inputPartitions: number
  readonly state: TaskState
  readonly stores: ReadonlyMap<string, TaskStore>
  readonly changelogs: readonly Changelog[]
  /** The stores are complete: records may be processed. */
  restored = false
  readonly #parts: StreamTaskParts
  #waiting: Fetched[] = []
  /** End of the stretch in the kernel, while it is not used up. */
  #loadedEnd: number | undefined
  #position: number
  #committedPosition: number
  #uncommittedRecords = 0
  #checkpointing: Promise<void> | undefined
  #memoryLimit = Number.POSITIVE_INFINITY

  constructor(parts: StreamTaskParts) {
    this.id = parts.id
    this.name = taskName(parts.id)
    this.input = parts.input
    this.inputPartitions = parts.inputPartitions
    this.state = parts.state
    this.stores = parts.stores
    this.changelogs = parts.changelogs
    this.#parts = parts
    this.#position = parts.position
    this.#committedPosition = parts.position
  }

  /** Offset of the next input record to process. */
  get position(): number {
    return this.#position
  }

  enqueue(stretch: Fetched): void {
    this.#waiting.push(stretch)
  }

  /** There is input at hand. */
  get pending(): boolean {
    return this.restored && (this.#loadedEnd !== undefined || this.#waiting.length > 0)
  }

  /** Takes one stretch of records through the subtopology. */
  process(): void {
    if (this.#loadedEnd === undefined) this.#load()
    if (this.#loadedEnd === undefined) return
    const records = this.#parts.processor.process()
    this.#uncommittedRecords += records
    if (records > 0) {
      this.#position = this.#parts.processor.nextOffset
    } else {
      this.#position = this.#loadedEnd
      this.#loadedEnd = undefined
    }
  }

  /** Something was read since the last commit; control batches count, since the offset must pass them. */
  get uncommitted(): boolean {
    return this.#position !== this.#committedPosition
  }

  /** At a commit: hands everything held back to the producer. */
  flush(): void {
    this.#parts.processor.flush()
    this.#parts.collector.flush()
  }

  offset(): CommittedOffset {
    const { processor } = this.#parts
    const metadata = encodeOffsetMetadata({
      partitionTime: processor.partitionTime,
      processors: processor.operatorTimes(),
    })
    return { ...this.input, offset: this.#position, metadata }
  }

  /** The commit succeeded. @returns how many records it covered. */
  committed(): number {
    this.#parts.processor.committed()
    for (const changelog of this.changelogs) {
      const acknowledged = this.#parts.acknowledged(changelog)
      if (acknowledged !== undefined) changelog.next = Math.max(changelog.next, acknowledged)
    }
    this.state.expire()
    this.#committedPosition = this.#position
    const records = this.#uncommittedRecords
    this.#uncommittedRecords = 0
    return records
  }

  /**
   * Writes the rows changed since the last checkpoint to disk, with the changelog offsets they correspond to. Call it
   * only when nothing is uncommitted. While one is under way, that one is returned.
   */
  checkpoint(): Promise<void> {
    this.#checkpointing ??= this.#writeCheckpoint().finally(() => {
      this.#checkpointing = undefined
    })
    return this.#checkpointing
  }

  /** Applies a stretch of a changelog. @returns how many records it held. */
  restore(changelog: Changelog, stretch: Fetched): number {
    const { reader } = this.#parts.kernel
    const store = this.stores.get(changelog.store)
    reader.load(stretch.runs, stretch.offset)
    stretch.release()
    let records = 0
    for (let n = reader.decode(); n > 0; n = reader.decode()) {
      store?.restore(n)
      records += n
    }
    changelog.next = stretch.nextOffset
    return records
  }

  /** Bytes of state to keep in memory. */
  setMemoryLimit(bytes: number): void {
    this.#memoryLimit = bytes
    this.state.setCapacity(bytes)
  }

  /** While restoring: lets rows go to disk before they fill the memory. */
  async keepWithinMemory(): Promise<void> {
    if (this.state.dirtyBytes > this.#memoryLimit / 2) await this.checkpoint()
  }

  /** @param clean nothing is uncommitted: a last checkpoint is written. Otherwise state stays as the last one left it. */
  async close({ clean }: { readonly clean: boolean }): Promise<void> {
    for (const stretch of this.#waiting) stretch.release()
    this.#waiting = []
    if (clean) {
      await this.#checkpointing
      await this.checkpoint()
    }
    await this.state.close({ clean })
  }

  #load(): void {
    const stretch = this.#waiting.shift()
    if (!stretch) return
    this.#parts.kernel.reader.load(stretch.runs, stretch.offset)
    this.#loadedEnd = stretch.nextOffset
    stretch.release()
  }

  async #writeCheckpoint(): Promise<void> {
    const { clock, hooks } = this.#parts
    const start = clock.monotonic()
    const cut = this.state.cut(new Map(this.changelogs.map(({ store, next }) => [store, next])))
    await this.state.submit(cut)
    const durationMs = clock.monotonic() - start
    hooks.emit('checkpointed', { task: this.name, rows: cut.rowCount, durationMs })
  }
}
