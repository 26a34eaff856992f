import type { StreamsError } from '../../core/errors.ts'
import type { OffsetReset } from '../../core/offset-reset.ts'
import { type TopicPartition, topicPartitionName } from '../../core/topic-partition.ts'
import { type FetchedPartition, type FetchResponse, fetch } from '../../protocol/api/fetch.ts'
import { isRetriable, kafkaError, meansStaleMetadata, protocolError } from '../../protocol/error-codes.ts'
import { checkCode, isRetriableError } from '../../protocol/kafka-error.ts'
import type { Decompress } from '../../protocol/record-batch/compression.ts'
import { readableRuns } from '../../protocol/record-batch/readable-runs.ts'
import type { Fetched, Fetcher, FetcherOptions } from '../client.ts'
import { append } from './append.ts'
import type { Cluster } from './cluster.ts'
import type { Connections } from './connections.ts'
import { FetchBuffers, SharedResponse } from './fetch-buffers.ts'
import type { FetchPartition } from './fetch-partition.ts'
import { FetchPartitions } from './fetch-partitions.ts'
import { fetchRequest } from './fetch-request.ts'
import { LeaderSearch } from './leader-search.ts'
import { resetOffset } from './offset-reset.ts'
import { isNetworkError } from './unreachable.ts'

/** How long a broker holds a request back when it has nothing: partitions added meanwhile wait as long. */
const longPollMs = 100
/** While some partitions must wait for memory, so that they do not wait for the others' silence too. */
const shortPollMs = 10

/** One request in flight a leader; the next is sent when what came has been polled, and so runs while it is processed. */
export class KafkaFetcher implements Fetcher {
  readonly #cluster: Cluster
  readonly #options: FetcherOptions
  readonly #decompress: Decompress
  readonly #connections: Connections
  readonly #buffers = new FetchBuffers()
  readonly #partitions: FetchPartitions
  /** Leaders with a request in flight, or that are left alone for a while. */
  readonly #busy = new Set<number>()
  readonly #failures = new Map<number, number>()
  readonly #search: LeaderSearch
  #failure: StreamsError | undefined
  #woken = false
  #endWait: (() => void) | undefined
  #closed = false

  constructor(cluster: Cluster, options: FetcherOptions, decompress: Decompress) {
    this.#cluster = cluster
    this.#options = options
    this.#decompress = decompress
    this.#connections = cluster.connections()
    this.#partitions = new FetchPartitions(options.bufferBytes, () => this.#pump())
    cluster.users.add(this)
    this.#search = new LeaderSearch(cluster, {
      unsuccessful: () => this.#anyLeaderless(),
      onFound: () => this.#pump(),
      onError: (error) => this.#fail(error),
    })
  }

  add(partition: TopicPartition, offset: number, offsetReset?: OffsetReset): void {
    this.#partitions.add(partition, offset, offsetReset ?? this.#options.offsetReset)
    this.#pump()
  }

  remove(partition: TopicPartition): void {
    this.#partitions.remove(partition)
  }

  pause(partition: TopicPartition): void {
    const paused = this.#partitions.find(partition)
    if (paused) paused.paused = true
    this.#pump()
  }

  resume(partition: TopicPartition): void {
    const resumed = this.#partitions.find(partition)
    if (!resumed?.paused) return
    resumed.paused = false
    if (resumed.ready.length > 0) this.#endWait?.()
    this.#pump()
  }

  async poll(maxWaitMs: number): Promise<readonly Fetched[]> {
    if (!this.#hasNews() && !this.#woken && maxWaitMs > 0) await this.#wait(maxWaitMs)
    this.#woken = false
    if (this.#failure) throw this.#failure
    this.#partitions.throwFailure()
    const polled = this.#partitions.takeReady()
    if (polled.length > 0) this.#pump()
    return polled
  }

  wake(): void {
    this.#woken = true
    this.#endWait?.()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#partitions.clear()
    this.#connections.close()
    this.#cluster.users.delete(this)
    this.wake()
  }

  #hasNews(): boolean {
    return this.#failure !== undefined || this.#partitions.hasNews()
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#cluster.context.clock.after(ms, () => this.#endWait?.())
      this.#endWait = () => {
        this.#endWait = undefined
        cancel()
        resolve()
      }
    })
  }

  /** Sends to every leader that is free what may be asked of it. */
  #pump(): void {
    if (this.#closed || this.#failure) return
    const leaders = new Map<number, FetchPartition[]>()
    const waiting = new Set<number>()
    const leaderless = new Set<string>()
    const { short } = this.#partitions
    for (const partition of this.#partitions) {
      if (partition.paused || partition.resetting || partition.failure) continue
      const leader = this.#cluster.leader(partition.topic, partition.partition)
      if (leader === undefined) leaderless.add(partition.topic)
      else if (partition.ready.length > 0) waiting.add(leader)
      // Beyond the bound, those that hold nothing are fetched all the same: somebody may wait for just them.
      else if (!short || partition.heldBytes === 0) append(leaders, leader, partition)
    }
    for (const [leader, partitions] of leaders)
      if (!waiting.has(leader) && !this.#busy.has(leader)) void this.#fetch(leader, partitions, short)
    if (leaderless.size > 0) this.#search.start(leaderless)
  }

  #anyLeaderless(): boolean {
    for (const { topic, partition } of this.#partitions)
      if (this.#cluster.leader(topic, partition) === undefined) return true
    return false
  }

  /** Never rejects: what goes wrong is repeated, or thrown by poll. */
  async #fetch(leader: number, partitions: readonly FetchPartition[], short: boolean): Promise<void> {
    this.#busy.add(leader)
    const asked = new Map(
      partitions.map((one) => [topicPartitionName(one.topic, one.partition), { one, offset: one.offset }]),
    )
    try {
      const response = await this.#request(
        leader,
        partitions,
        short ? shortPollMs : (this.#options.maxWaitMs ?? longPollMs),
      )
      this.#failures.delete(leader)
      let pause = false
      for (const { topic, partitions } of response.answer.responses)
        for (const answer of partitions) {
          const expected = asked.get(topicPartitionName(topic, answer.partitionIndex))
          if (expected && this.#partitions.isCurrent(expected.one, expected.offset))
            pause = this.#take(expected.one, answer, response.shared) || pause
        }
      response.shared.release()
      if (pause) await this.#cluster.retry.pause(1)
    } catch (error) {
      await this.#afterError(leader, partitions, error)
    }
    this.#busy.delete(leader)
    this.#pump()
  }

  async #request(
    leader: number,
    partitions: readonly FetchPartition[],
    maxWaitMs: number,
  ): Promise<{ readonly answer: FetchResponse; readonly shared: SharedResponse }> {
    const connection = await this.#connections.to(this.#cluster.broker(leader)!)
    let bytes: Uint8Array | undefined
    const answer = await connection.send(fetch, fetchRequest(partitions, this.#options, maxWaitMs), {
      waitMs: maxWaitMs,
      allocate: (size) => {
        bytes = this.#buffers.take(size)
        return bytes
      },
    })
    checkCode(answer.errorCode, 'Fetch')
    return { answer, shared: new SharedResponse(this.#buffers, bytes) }
  }

  /** @returns whether the leader should be left alone for a moment */
  #take(partition: FetchPartition, answer: FetchedPartition, response: SharedResponse): boolean {
    const { errorCode } = answer
    if (errorCode === kafkaError.NONE) {
      this.#keep(partition, answer, response)
      return false
    }
    if (errorCode === kafkaError.OFFSET_OUT_OF_RANGE) {
      void this.#reset(partition)
      return false
    }
    if (meansStaleMetadata(errorCode)) this.#cluster.forgetLeaders([partition])
    if (isRetriable(errorCode)) return true
    const { topic, partition: number } = partition
    partition.failure = protocolError(errorCode, `Fetch of ${topicPartitionName(topic, number)}`)
    this.#endWait?.()
    return false
  }

  #keep(partition: FetchPartition, answer: FetchedPartition, response: SharedResponse): void {
    const { records, highWatermark } = answer
    if (records === null || records.length === 0) return
    const { isolation } = this.#options
    const { offset } = partition
    try {
      const aborted = answer.abortedTransactions ?? []
      const { runs, nextOffset } = readableRuns(records, offset, isolation, aborted, this.#decompress)
      if (nextOffset === offset) return
      const lastStableOffset = isolation === 'read_committed' ? answer.lastStableOffset : highWatermark
      const bytes = Math.max(records.length, totalLength(runs))
      const facts = { offset, nextOffset, highWatermark, lastStableOffset, runs }
      this.#partitions.hold(partition, facts, bytes, response)
      if (!partition.paused) this.#endWait?.()
    } catch (error) {
      partition.failure = error as StreamsError
      this.#endWait?.()
    }
  }

  async #reset(partition: FetchPartition): Promise<void> {
    partition.resetting = true
    try {
      const { isolation } = this.#options
      partition.offset = await resetOffset(this.#cluster, partition, partition.offsetReset, isolation)
    } catch (error) {
      if (!this.#closed) partition.failure = error as StreamsError
      this.#endWait?.()
    }
    partition.resetting = false
    this.#pump()
  }

  async #afterError(leader: number, partitions: readonly FetchPartition[], error: unknown): Promise<void> {
    if (this.#closed) return
    if (!isNetworkError(error) && !isRetriableError(error)) {
      this.#fail(error)
      return
    }
    const failures = (this.#failures.get(leader) ?? 0) + 1
    this.#failures.set(leader, failures)
    if (isNetworkError(error)) this.#cluster.retry.report(error, failures)
    this.#cluster.forgetLeaders(partitions)
    await this.#cluster.retry.pause(failures).catch((closed: unknown) => this.#fail(closed))
  }

  #fail(error: unknown): void {
    if (!this.#closed) this.#failure ??= error as StreamsError
    this.#endWait?.()
  }
}

function totalLength(runs: readonly Uint8Array[]): number {
  let total = 0
  for (const run of runs) total += run.length
  return total
}
