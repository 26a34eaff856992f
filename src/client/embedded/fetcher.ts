import { type OffsetReset, resetTarget } from '../../core/offset-reset.ts'
import type { Clock } from '../../core/time/clock.ts'
import { type TopicPartition, topicPartitionName } from '../../core/topic-partition.ts'
import { decompress } from '../../protocol/record-batch/compression.ts'
import { readableRuns } from '../../protocol/record-batch/readable-runs.ts'
import type { Fetched, Fetcher, FetcherOptions } from '../client.ts'
import type { EmbeddedCluster } from './cluster.ts'
import type { PartitionLog } from './partition-log.ts'
import { Signal } from './signal.ts'

interface FetchedPartition extends TopicPartition {
  readonly log: PartitionLog
  readonly stopListening: () => void
  readonly offsetReset: OffsetReset
  position: number
  paused: boolean
  /** Bytes handed out and not released. */
  heldBytes: number
}

/** The data lies in memory already, so there is nothing to fetch ahead: `poll` reads the logs. */
export class EmbeddedFetcher implements Fetcher {
  readonly #cluster: EmbeddedCluster
  readonly #clock: Clock
  readonly #options: FetcherOptions
  /** In the order of their turns. */
  readonly #partitions = new Map<string, FetchedPartition>()
  /** Something happened that a waiting poll must look at. */
  readonly #changed = new Signal()
  #heldBytes = 0
  #woken = false
  #closed = false

  constructor(cluster: EmbeddedCluster, clock: Clock, options: FetcherOptions) {
    this.#cluster = cluster
    this.#clock = clock
    this.#options = options
  }

  add(
    { topic, partition }: TopicPartition,
    offset: number,
    offsetReset: OffsetReset = this.#options.offsetReset,
  ): void {
    this.remove({ topic, partition })
    const log = this.#cluster.topics.log(topic, partition)
    const stopListening = log.onAppend(() => this.#changed.notify())
    const added = { topic, partition, log, stopListening, offsetReset, position: offset }
    this.#partitions.set(topicPartitionName(topic, partition), { ...added, paused: false, heldBytes: 0 })
    this.#changed.notify()
  }

  remove({ topic, partition }: TopicPartition): void {
    const name = topicPartitionName(topic, partition)
    this.#partitions.get(name)?.stopListening()
    this.#partitions.delete(name)
  }

  pause(partition: TopicPartition): void {
    this.#setPaused(partition, true)
  }

  resume(partition: TopicPartition): void {
    this.#setPaused(partition, false)
  }

  async poll(maxWaitMs: number): Promise<readonly Fetched[]> {
    await this.#clock.turn()
    const deadline = this.#clock.monotonic() + maxWaitMs
    for (;;) {
      const fetched = this.#fetch()
      const left = deadline - this.#clock.monotonic()
      if (fetched.length > 0 || this.#woken || this.#closed || left <= 0) {
        this.#woken = false
        return fetched
      }
      await this.#changed.waitAtMost(this.#clock, left)
    }
  }

  /** A wake between two polls ends the next one. */
  wake(): void {
    this.#woken = true
    this.#changed.notify()
  }

  close(): Promise<void> {
    this.#closed = true
    for (const { stopListening } of this.#partitions.values()) stopListening()
    this.#partitions.clear()
    this.#changed.notify()
    return Promise.resolve()
  }

  #setPaused({ topic, partition }: TopicPartition, paused: boolean): void {
    const found = this.#partitions.get(topicPartitionName(topic, partition))
    if (found) found.paused = paused
    this.#changed.notify()
  }

  /** What was fetched before a failure is handed out first; the next poll meets the failure again. */
  #fetch(): Fetched[] {
    const all: Fetched[] = []
    for (const [name, partition] of [...this.#partitions]) {
      // Beyond the bound, those that hold nothing are read all the same: somebody may wait for just them.
      if (partition.heldBytes > 0 && this.#heldBytes >= this.#options.bufferBytes) continue
      if (partition.paused) continue
      try {
        const fetched = this.#fetchPartition(partition)
        if (!fetched) continue
        all.push(fetched)
      } catch (error) {
        if (all.length === 0) throw error
        break
      }
      this.#partitions.delete(name)
      this.#partitions.set(name, partition)
    }
    return all
  }

  #fetchPartition(partition: FetchedPartition): Fetched | undefined {
    const { partitionBytes, isolation } = this.#options
    const { topic, log } = partition
    this.#resetIfOutOfRange(partition)
    const offset = partition.position
    const { records, aborted, highWatermark, lastStableOffset } = log.read(offset, partitionBytes, isolation)
    if (records.length === 0) return undefined
    const { runs, nextOffset } = readableRuns(records, offset, isolation, aborted, decompress)
    partition.position = nextOffset
    return {
      topic,
      partition: partition.partition,
      offset,
      nextOffset,
      highWatermark,
      lastStableOffset: isolation === 'read_committed' ? lastStableOffset : highWatermark,
      runs,
      release: this.#hold(partition, records.length),
    }
  }

  /** @throws StreamsError `offset-out-of-range` without a reset policy. */
  #resetIfOutOfRange(partition: FetchedPartition): void {
    const { log, position, offsetReset } = partition
    const { isolation } = this.#options
    if (offsetReset === 'none' || (position >= log.startOffset && position <= log.highWatermark)) return
    const target = resetTarget(offsetReset, this.#clock.now())
    const found = typeof target === 'number' ? log.offsetAt(target, isolation) : -1
    if (target === 'earliest') partition.position = log.startOffset
    else partition.position = found >= 0 ? found : log.endFor(isolation)
  }

  /** @returns the release, which counts once. */
  #hold(partition: FetchedPartition, bytes: number): () => void {
    let held = bytes
    this.#heldBytes += held
    partition.heldBytes += held
    return () => {
      this.#heldBytes -= held
      partition.heldBytes -= held
      held = 0
      this.#changed.notify()
    }
  }
}
