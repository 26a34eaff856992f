import type { OffsetReset } from '../../core/offset-reset.ts'
import { type TopicPartition, topicPartitionName } from '../../core/topic-partition.ts'
import type { SharedResponse } from './fetch-buffers.ts'
import { type FetchPartition, fetchPartition, Stretch, type StretchFacts } from './fetch-partition.ts'

/** A fetcher's partitions and what they hold, in the order in which they are asked for. */
export class FetchPartitions {
  readonly #bufferBytes: number
  readonly #onRoom: () => void
  readonly #byName = new Map<string, FetchPartition>()
  #heldBytes = 0

  /** @param onRoom called whenever what was released was held while memory was short */
  constructor(bufferBytes: number, onRoom: () => void) {
    this.#bufferBytes = bufferBytes
    this.#onRoom = onRoom
  }

  [Symbol.iterator](): Iterator<FetchPartition> {
    return this.#byName.values()
  }

  /** The bound of all partitions together is reached. */
  get short(): boolean {
    return this.#heldBytes >= this.#bufferBytes
  }

  add({ topic, partition }: TopicPartition, offset: number, offsetReset: OffsetReset): void {
    this.remove({ topic, partition })
    const added = fetchPartition(topic, partition, offset, offsetReset)
    this.#byName.set(topicPartitionName(topic, partition), added)
  }

  remove({ topic, partition }: TopicPartition): void {
    const name = topicPartitionName(topic, partition)
    const removed = this.#byName.get(name)
    if (!removed) return
    this.#byName.delete(name)
    for (const stretch of removed.ready.splice(0)) stretch.release()
  }

  clear(): void {
    for (const partition of [...this]) this.remove(partition)
  }

  find({ topic, partition }: TopicPartition): FetchPartition | undefined {
    return this.#byName.get(topicPartitionName(topic, partition))
  }

  /** It was neither removed nor added anew since it was asked for. */
  isCurrent(partition: FetchPartition, offset: number): boolean {
    return this.find(partition) === partition && partition.offset === offset
  }

  /** Whether there is data to take or a failure to throw. */
  hasNews(): boolean {
    for (const { failure, paused, ready } of this) if (failure || (!paused && ready.length > 0)) return true
    return false
  }

  /** What came of those that are not paused. */
  takeReady(): Stretch[] {
    const taken: Stretch[] = []
    for (const partition of this)
      if (!partition.paused) for (const stretch of partition.ready.splice(0)) taken.push(stretch)
    return taken
  }

  throwFailure(): void {
    for (const { failure } of this) if (failure) throw failure
  }

  /** Holds what came until it is released. The partition is asked for after all others from now on. */
  hold(partition: FetchPartition, facts: StretchFacts, bytes: number, response: SharedResponse): void {
    const stretch = new Stretch(partition, facts, bytes, response, (freed) => this.#free(partition, freed))
    partition.heldBytes += bytes
    this.#heldBytes += bytes
    partition.ready.push(stretch)
    partition.offset = facts.nextOffset
    this.#moveToEnd(partition)
  }

  #moveToEnd(partition: FetchPartition): void {
    const name = topicPartitionName(partition.topic, partition.partition)
    this.#byName.delete(name)
    this.#byName.set(name, partition)
  }

  #free(partition: FetchPartition, bytes: number): void {
    const wasShort = this.short
    partition.heldBytes -= bytes
    this.#heldBytes -= bytes
    if (wasShort) this.#onRoom()
  }
}
