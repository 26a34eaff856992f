import { topicPartitionName } from '../core/topic-partition.ts'
import type { ProducedRecord } from './test-topics.ts'

/** What a topology has written, in order. */
export class Produced {
  readonly #all: ProducedRecord[] = []
  readonly #byTopic = new Map<string, ProducedRecord[]>()
  /** Next offsets. */
  readonly #ends = new Map<string, number>()

  get all(): readonly ProducedRecord[] {
    return this.#all
  }

  get topics(): readonly string[] {
    return [...this.#byTopic.keys()]
  }

  of(topic: string): readonly ProducedRecord[] {
    return this.#byTopic.get(topic) ?? []
  }

  /** Copies the bytes. */
  add(record: Omit<ProducedRecord, 'offset'>): void {
    const records = this.#byTopic.get(record.topic) ?? []
    this.#byTopic.set(record.topic, records)
    const { topic, partition, key, value } = record
    const name = topicPartitionName(topic, partition)
    const offset = this.#ends.get(name) ?? 0
    this.#ends.set(name, offset + 1)
    const written: ProducedRecord = {
      ...record,
      key: key?.slice() ?? null,
      value: value?.slice() ?? null,
      offset,
    }
    records.push(written)
    this.#all.push(written)
  }

  /** Forgets all records from this one on. @param from index in `all`. */
  discard(from: number): void {
    for (const { topic, partition } of this.#all.splice(from)) {
      this.#byTopic.get(topic)?.pop()
      const name = topicPartitionName(topic, partition)
      this.#ends.set(name, this.#ends.get(name)! - 1)
    }
  }
}
