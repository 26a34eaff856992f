import { type TopicPartition, topicPartitionName } from '../../core/topic-partition.ts'
import type { CommittedOffset } from '../client.ts'
import { Signal } from './signal.ts'

/** The offsets that one group has committed, and those that wait for the end of their transaction. */
export class GroupOffsets {
  readonly #committed = new Map<string, CommittedOffset>()
  /** By producer id. */
  readonly #pending = new Map<number, Map<string, CommittedOffset>>()
  readonly #settled = new Signal()

  /** By name of the partition. */
  get committed(): ReadonlyMap<string, CommittedOffset> {
    return this.#committed
  }

  hold(producerId: number, offsets: readonly CommittedOffset[]): void {
    const held = this.#pending.get(producerId) ?? new Map<string, CommittedOffset>()
    this.#pending.set(producerId, held)
    for (const offset of offsets) held.set(topicPartitionName(offset.topic, offset.partition), offset)
  }

  /** Committed outside any transaction. */
  set(offsets: readonly CommittedOffset[]): void {
    for (const offset of offsets)
      this.#committed.set(topicPartitionName(offset.topic, offset.partition), offset)
  }

  delete(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions)
      this.#committed.delete(topicPartitionName(topic, partition))
  }

  settle(producerId: number, committed: boolean): void {
    const held = this.#pending.get(producerId)
    if (!held) return
    this.#pending.delete(producerId)
    if (committed) for (const [name, offset] of held) this.#committed.set(name, offset)
    this.#settled.notify()
  }

  /** Waits until no transaction is pending on any of the partitions. */
  async stable(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    const names = partitions.map(({ topic, partition }) => topicPartitionName(topic, partition))
    while (this.#anyPending(names)) await this.#settled.wait()
    return names.flatMap((name) => this.#committed.get(name) ?? [])
  }

  #anyPending(names: readonly string[]): boolean {
    for (const held of this.#pending.values()) if (names.some((name) => held.has(name))) return true
    return false
  }
}
