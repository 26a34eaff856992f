import type { RawRecord, StreamRecord } from '../core/record.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { SourceOperator } from '../operator/source.ts'

/** Where the records of an input partition come from, in order. */
export interface RawInput {
  /** The next record; undefined if there is none at the moment. Its bytes are good until the next call. */
  next(): RawRecord | undefined
}

/** The next record of a partition; undefined `record`: those that were left could not be used. */
export interface Head {
  /** Without its bytes, unless the queue keeps them. */
  readonly raw: RawRecord
  readonly record: StreamRecord<unknown, unknown> | undefined
  readonly queue: RecordQueue
}

export interface RecordQueueParts {
  readonly partition: TopicPartition
  readonly source: SourceOperator
  readonly input: RawInput
  /** Of the records taken before, -1 if there were none. */
  readonly partitionTime: number
  /** Whoever meets failures wants to see the bytes: they must live while the record is processed. */
  readonly keepBytes: boolean
  /** Meets bytes that cannot be read. Returning means: leave the record out. */
  unreadable(raw: RawRecord, source: SourceOperator, error: unknown): void
}

/** The records of one input partition, with the first read ahead for its event time (Java's RecordQueue). */
export class RecordQueue {
  readonly partition: TopicPartition
  readonly source: SourceOperator
  readonly #parts: RecordQueueParts
  #head: Head | undefined
  #partitionTime: number

  constructor(parts: RecordQueueParts) {
    this.partition = parts.partition
    this.source = parts.source
    this.#parts = parts
    this.#partitionTime = parts.partitionTime
  }

  get isEmpty(): boolean {
    return this.#head === undefined
  }

  /** Event time of the next record; -1 if there is none that can be used. */
  get headTimestamp(): number {
    return this.#head?.record?.timestamp ?? -1
  }

  /** Of the next record to take. */
  get headOffset(): number | undefined {
    return this.#head?.raw.offset
  }

  /** The largest event time of the records taken, -1 before the first. */
  get partitionTime(): number {
    return this.#partitionTime
  }

  /** Reads ahead, if nothing is. @throws StreamsError `deserialization` and what the timestamp extractor throws. */
  refresh(): void {
    const { input, source, unreadable } = this.#parts
    let unusable: RawRecord | undefined
    while (!this.#head) {
      const raw = input.next()
      if (!raw) break
      let record: StreamRecord<unknown, unknown> | undefined
      try {
        record = source.read(raw, this.#partitionTime)
      } catch (error) {
        unreadable(raw, source, error)
      }
      if (record) this.#head = { raw: this.#kept(raw), record, queue: this }
      else unusable = raw
    }
    // The task must get past it, even if nothing comes behind (KAFKA-6502).
    if (!this.#head && unusable) this.#head = { raw: this.#kept(unusable), record: undefined, queue: this }
  }

  #kept(raw: RawRecord): RawRecord {
    const { topic, partition, offset, timestamp, headers } = raw
    const { keepBytes } = this.#parts
    const key = keepBytes ? copyOf(raw.key) : null
    const value = keepBytes ? copyOf(raw.value) : null
    return { topic, partition, offset, key, value, timestamp, headers }
  }

  /** Takes the head, and reads the next one. */
  poll(): Head | undefined {
    const head = this.#head
    if (!head) return undefined
    this.#head = undefined
    if (head.record) this.#partitionTime = Math.max(this.#partitionTime, head.record.timestamp)
    this.refresh()
    return head
  }
}

function copyOf(bytes: Uint8Array | null): Uint8Array | null {
  return bytes?.slice() ?? null
}
