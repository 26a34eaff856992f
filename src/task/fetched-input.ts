import type { Fetched } from '../client/client.ts'
import type { OffsetReset } from '../core/offset-reset.ts'
import type { RawRecord } from '../core/record.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { BatchReader } from '../kernel/kernel.ts'
import type { RawInput } from './record-queue.ts'

export interface FetchedInputParts {
  readonly partition: TopicPartition
  /** Name of the source node that reads it. */
  readonly source?: string
  /** A repartition topic of the application. */
  readonly internal: boolean
  /** The input's own: it holds the stretch that is being read. */
  readonly reader: BatchReader
  /** Where the input begins: the committed offset, or what the reset policy says. */
  readonly position: number
  /** For a position that is not in the log; that of the application if not given. */
  readonly offsetReset?: OffsetReset
  /** The log's end when the task was opened. */
  readonly end: number
}

/** One input partition of a task: stretches that the fetcher brought, of which the reader holds one at a time. */
export class FetchedInput implements RawInput {
  readonly partition: TopicPartition
  readonly source: string | undefined
  readonly internal: boolean
  readonly offsetReset: OffsetReset | undefined
  readonly reader: BatchReader
  readonly #waiting: Fetched[] = []
  /** Where the stretch in the reader ends, while it is not used up. */
  #loadedEnd: number | undefined
  #decoded = 0
  #next = 0
  #position: number
  #fetched: number
  #end: number
  #records = 0
  #bytes = 0

  constructor({ partition, source, internal, reader, position, offsetReset, end }: FetchedInputParts) {
    this.partition = partition
    this.source = source
    this.offsetReset = offsetReset
    this.internal = internal
    this.reader = reader
    this.#position = position
    this.#fetched = position
    this.#end = end
  }

  /** Offset after the last record given out, or after the last stretch if that is used up. */
  get position(): number {
    return this.#position
  }

  /** How many records the log is known to hold beyond what was fetched; offsets of markers count. */
  get lag(): number {
    return Math.max(0, this.#end - this.#fetched)
  }

  /** The end of the log, as far as it is known. */
  get end(): number {
    return this.#end
  }

  /** Offset after the last stretch that was fetched. */
  get fetched(): number {
    return this.#fetched
  }

  /** How many records were given out. */
  get records(): number {
    return this.#records
  }

  /** Of the batches fetched. */
  get bytes(): number {
    return this.#bytes
  }

  /** There is something to read. */
  get pending(): boolean {
    return this.#loadedEnd !== undefined || this.#waiting.length > 0
  }

  add(stretch: Fetched): void {
    this.#waiting.push(stretch)
    this.#fetched = stretch.nextOffset
    this.#end = Math.max(this.#end, stretch.lastStableOffset)
    for (const run of stretch.runs) this.#bytes += run.length
  }

  /** Takes the next stretch into the reader, if none is there. @returns whether one is. */
  load(): boolean {
    if (this.#loadedEnd !== undefined) return true
    const stretch = this.#waiting.shift()
    if (!stretch) return false
    this.reader.load(stretch.runs, stretch.offset)
    this.#loadedEnd = stretch.nextOffset
    stretch.release()
    return true
  }

  /** Records of the loaded stretch were taken, so many, or (undefined) it is used up. */
  taken(nextOffset: number | undefined, records: number = 0): void {
    this.#records += records
    this.#position = nextOffset ?? this.#loadedEnd ?? this.#position
    if (nextOffset === undefined) this.#loadedEnd = undefined
  }

  next(): RawRecord | undefined {
    while (this.#next === this.#decoded) {
      if (!this.load()) return undefined
      this.#decoded = this.reader.decode()
      this.#next = 0
      if (this.#decoded === 0) this.taken(undefined)
    }
    const record = this.#read(this.#next++)
    this.#records++
    this.#position = record.offset + 1
    return record
  }

  /** Lets go of all that was not read. */
  release(): void {
    for (const stretch of this.#waiting.splice(0)) stretch.release()
  }

  #read(index: number): RawRecord {
    const { reader, partition } = this
    // Field by field: an object that is spread and then grows costs microseconds.
    return {
      topic: partition.topic,
      partition: partition.partition,
      offset: reader.offset(index),
      key: reader.key(index),
      value: reader.value(index),
      timestamp: reader.timestamp(index),
      headers: reader.headers(index),
    }
  }
}
