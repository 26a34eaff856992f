import type { CommittedOffset, Fetched, PartitionOffset } from '../client/client.ts'
import type { Hooks } from '../core/hooks.ts'
import { type TaskId, taskName } from '../core/task-id.ts'
import type { Clock } from '../core/time/clock.ts'
import { type TopicPartition, topicPartitionName } from '../core/topic-partition.ts'
import type { BatchReader } from '../kernel/kernel.ts'
import { encodeOffsetMetadata } from '../protocol/offset-metadata.ts'
import type { TaskCache } from '../store/record-cache.ts'
import type { TaskState } from '../store/task-state.ts'
import type { Changelog } from './changelog.ts'
import { CheckpointProgress } from './checkpoint-progress.ts'
import type { FetchedInput } from './fetched-input.ts'
import type { Processor } from './processor.ts'
import type { RecordCollector } from './record-collector.ts'
import { tellTask } from './task-figures.ts'
import type { TaskMeters } from './task-meters.ts'
import type { TaskStore } from './task-store.ts'

export interface StreamTaskParts {
  readonly id: TaskId
  readonly inputs: readonly FetchedInput[]
  /** How many partitions the topics have that the subtopology reads: as many tasks it has. */
  readonly partitions: number
  /** Decodes changelogs, before there is input. */
  readonly reader: BatchReader
  readonly processor: Processor
  readonly collector: RecordCollector
  readonly state: TaskState
  readonly stores: ReadonlyMap<string, TaskStore>
  readonly changelogs: readonly Changelog[]
  readonly clock: Clock
  readonly hooks: Hooks
  readonly meters: TaskMeters
  /** Undefined: nothing is cached. */
  readonly cache: TaskCache | undefined
  /** Memory of its kernels. */
  kernelBytes(): number
  /** Offset after the last acknowledged record of a changelog, undefined if this producer wrote none. */
  acknowledged(changelog: Changelog): number | undefined
}

/**
 * One subtopology's work on one partition of each of its topics. Nothing here waits: the thread decides when to
 * process, commit and checkpoint.
 */
export class StreamTask {
  readonly id: TaskId
  readonly name: string
  readonly partitions: number
  readonly state: TaskState
  readonly stores: ReadonlyMap<string, TaskStore>
  readonly changelogs: readonly Changelog[]
  readonly #parts: StreamTaskParts
  readonly #inputs: ReadonlyMap<string, FetchedInput>
  readonly #committedPositions = new Map<FetchedInput, number>()
  readonly #checkpoints: CheckpointProgress
  #restored = false
  /** Something may have been written that no input record caused. */
  #punctuated = false
  #uncommittedRecords = 0
  #checkpointing: Promise<void> | undefined
  #memoryLimit = Number.POSITIVE_INFINITY

  constructor(parts: StreamTaskParts) {
    this.id = parts.id
    this.name = taskName(parts.id)
    this.partitions = parts.partitions
    this.state = parts.state
    this.stores = parts.stores
    this.changelogs = parts.changelogs
    this.#parts = parts
    this.#inputs = new Map(parts.inputs.map((input) => [inputName(input.partition), input]))
    for (const input of parts.inputs) this.#committedPositions.set(input, input.position)
    this.#checkpoints = new CheckpointProgress(parts.clock)
    parts.meters.follow(parts.inputs)
    if (parts.cache) parts.meters.followCache(parts.cache)
    parts.meters.read((tell) => tellTask(parts, this.#restored, this.#checkpoints, tell))
  }

  /** What the task reads, and from where on. */
  get inputs(): readonly (TopicPartition & Pick<FetchedInput, 'position' | 'offsetReset'>)[] {
    return this.#parts.inputs.map(({ partition, position, offsetReset }) => ({
      ...partition,
      position,
      offsetReset,
    }))
  }

  /** The stores are complete: records may be processed. */
  get restored(): boolean {
    return this.#restored
  }

  /** The stores are complete. @throws what processors throw when they begin. */
  begin(): void {
    this.#restored = true
    this.#parts.processor.init()
    for (const input of this.#parts.inputs) if (input.pending) this.#parts.processor.added(input)
  }

  enqueue(stretch: Fetched): void {
    const input = this.#inputs.get(inputName(stretch))
    if (!input) {
      stretch.release()
      return
    }
    input.add(stretch)
    if (this.#restored) this.#parts.processor.added(input)
  }

  /** There are records, though they may have to wait for those of another partition. */
  get pending(): boolean {
    return this.#restored && this.#parts.processor.pending
  }

  /** There are records to take. */
  get ready(): boolean {
    return this.#restored && this.#parts.processor.ready(this.#parts.clock.now())
  }

  /** Takes some records through the subtopology. */
  process(): void {
    const { processor, clock, meters } = this.#parts
    const start = clock.monotonic()
    const records = processor.process()
    this.#uncommittedRecords += records
    meters.processed(records, start, processor)
  }

  /** Runs the punctuations that the wall clock has reached. */
  punctuate(): void {
    if (!this.#restored) return
    const { processor, clock, meters } = this.#parts
    const start = clock.monotonic()
    if (!processor.punctuate()) return
    this.#punctuated = true
    meters.punctuated(start)
  }

  /** When the wall clock reaches the next punctuation, ms since the epoch. */
  get nextPunctuation(): number | undefined {
    return this.#restored ? this.#parts.processor.nextPunctuation : undefined
  }

  get commitRequested(): boolean {
    return this.#parts.processor.commitRequested
  }

  /** Something happened since the last commit; control batches count, since the offset must pass them. */
  get uncommitted(): boolean {
    return this.#punctuated || this.#parts.inputs.some((input) => this.#moved(input))
  }

  /** At a commit: hands everything held back to the producer. */
  flush(): void {
    this.#parts.processor.flush()
    this.#parts.collector.flush()
  }

  /** Of the inputs that have moved since the last commit. */
  offsets(): readonly CommittedOffset[] {
    const { inputs, processor } = this.#parts
    const processors = processor.operatorTimes()
    return inputs
      .filter((input) => this.#moved(input))
      .map((input) => ({
        ...input.partition,
        offset: processor.position(input),
        metadata: encodeOffsetMetadata({ partitionTime: processor.partitionTime(input), processors }),
      }))
  }

  /** How far repartition topics are read and committed: what lies before is of no use to anybody. */
  committedRepartitions(): readonly PartitionOffset[] {
    return this.#parts.inputs.flatMap((input) => {
      const offset = this.#committedPositions.get(input) ?? 0
      return input.internal && offset > 0 ? [{ ...input.partition, offset }] : []
    })
  }

  /** The commit succeeded. @returns how many records it covered. */
  committed(): number {
    const { inputs, processor } = this.#parts
    processor.committed()
    for (const changelog of this.changelogs) {
      const acknowledged = this.#parts.acknowledged(changelog)
      if (acknowledged !== undefined) changelog.next = Math.max(changelog.next, acknowledged)
    }
    this.state.expire()
    for (const input of inputs) this.#committedPositions.set(input, processor.position(input))
    this.#punctuated = false
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
    const { reader } = this.#parts
    const store = this.stores.get(changelog.store)
    reader.load(stretch.runs, stretch.offset)
    stretch.release()
    let records = 0
    for (let n = reader.decode(); n > 0; n = reader.decode()) {
      const wanted = changelog.isSource ? recordsBefore(changelog.end, reader, n) : n
      store?.restore(wanted)
      records += wanted
      if (wanted < n) break
    }
    this.#parts.meters.restored(records)
    changelog.next = changelog.isSource ? Math.min(stretch.nextOffset, changelog.end) : stretch.nextOffset
    return records
  }

  /** Bytes of state to keep in memory. */
  setMemoryLimit(bytes: number): void {
    this.#memoryLimit = bytes
    this.state.setCapacity(bytes)
  }

  /** While restoring: lets rows go to disk before they fill the memory. @returns the checkpoint, if one is needed. */
  keepWithinMemory(): Promise<void> | undefined {
    return this.state.dirtyBytes > this.#memoryLimit / 2 ? this.checkpoint() : undefined
  }

  /** @param clean nothing is uncommitted: a last checkpoint is written. Otherwise state stays as the last one left it. */
  async close({ clean }: { readonly clean: boolean }): Promise<void> {
    for (const input of this.#parts.inputs) input.release()
    this.#parts.meters.close()
    try {
      this.#parts.processor.close()
      if (clean) {
        await this.#checkpointing
        await this.checkpoint()
      }
    } catch (error) {
      await this.state.close({ clean: false })
      throw error
    } finally {
      this.#parts.cache?.close()
    }
    await this.state.close({ clean })
  }

  #moved(input: FetchedInput): boolean {
    return this.#parts.processor.position(input) !== this.#committedPositions.get(input)
  }

  async #writeCheckpoint(): Promise<void> {
    const { clock, hooks } = this.#parts
    const start = clock.monotonic()
    const cut = this.state.cut(new Map(this.changelogs.map(({ store, next }) => [store, next])))
    await this.state.submit(cut)
    this.#checkpoints.wrote(cut)
    const durationMs = clock.monotonic() - start
    hooks.emit('checkpointed', { task: this.name, rows: cut.rowCount, durationMs })
  }
}

/** Of the `count` records decoded. */
function recordsBefore(end: number, reader: BatchReader, count: number): number {
  let n = count
  while (n > 0 && reader.offset(n - 1) >= end) n--
  return n
}

function inputName({ topic, partition }: TopicPartition): string {
  return topicPartitionName(topic, partition)
}
