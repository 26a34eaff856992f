import type { Client, CommittedOffset, Producer } from '../client/client.ts'
import type { RawRecord } from '../core/record.ts'
import type { Clock } from '../core/time/clock.ts'
import { topicPartitionName } from '../core/topic-partition.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import { encodeBatch } from '../protocol/record-batch/encode.ts'
import { factsOf, withoutFacts } from './dead-letter.ts'
import type { Progress } from './progress.ts'
import { byName, endsOf, offsetsIn, partitionsOfTopic, readRecords, type TopicEnds } from './read-topic.ts'

export interface RedriveOptions {
  /** Of the dead letters. */
  readonly topic: string
  /** Its committed offsets say what was sent back before. */
  readonly group: string
  readonly limit: number
  readonly dryRun: boolean
  readonly dropErrorHeaders: boolean
  readonly clock: Clock
  progress(label: string, total: number): Progress
}

export interface Redriven {
  /** Records by the topic that they came from. */
  readonly sent: readonly { readonly topic: string; readonly records: number }[]
  /** Letters that do not say where they came from, or whose topic is gone. They are passed over. */
  readonly skipped: readonly { readonly letter: string; readonly why: string }[]
  /** What was gone through of each partition: `to` is the offset that the next call begins with. */
  readonly offsets: readonly { readonly partition: number; readonly from: number; readonly to: number }[]
}

const transactionTimeoutMs = 60_000

/**
 * Sends dead letters back. Each stretch of letters is one transaction of records and of the group's offsets, so each is
 * sent once whatever happens in between; a second redrive at the same time fences the first one.
 */
export async function redrive(client: Client, options: RedriveOptions): Promise<Redriven> {
  const { topic, group, dryRun, clock } = options
  const partitions = await partitionsOfTopic(client, topic)
  await using sender = new Sender(client, options)
  // Fences an earlier call that may still commit, before its offsets are read.
  if (!dryRun) await sender.open()
  const before = byName(await client.committedOffsets(group, partitions))
  const ranges = (await endsOf(client, partitions)).map((range) => startingAt(range, before))
  using progress = options.progress(`sending ${topic}`, offsetsIn(ranges))
  const reading = { ranges, clock, progress: (by: number) => progress.advance(by) }
  for await (const letters of readRecords(client, reading)) if (!(await sender.send(letters))) break
  return sender.result(ranges)
}

function startingAt(range: TopicEnds, committed: ReadonlyMap<string, CommittedOffset>): TopicEnds {
  const offset = committed.get(topicPartitionName(range.topic, range.partition))?.offset ?? range.start
  return { ...range, start: Math.max(range.start, offset) }
}

class Sender implements AsyncDisposable {
  readonly #client: Client
  readonly #options: RedriveOptions
  #producer: Producer | undefined
  readonly #partitionCounts = new Map<string, number>()
  readonly #sent = new Map<string, number>()
  readonly #skipped: { readonly letter: string; readonly why: string }[] = []
  readonly #positions = new Map<number, number>()
  #left: number

  constructor(client: Client, options: RedriveOptions) {
    this.#client = client
    this.#options = options
    this.#left = options.limit
  }

  async open(): Promise<void> {
    const transactionalId = this.#options.group
    this.#producer = this.#client.producer({ transactionalId, transactionTimeoutMs })
    await this.#producer.init()
  }

  /** @returns false once as many are sent as there may be. */
  async send(letters: readonly RawRecord[]): Promise<boolean> {
    const now = letters.slice(0, this.#left)
    this.#left -= now.length
    const last = now.at(-1)
    if (!last) return this.#left > 0
    const partition = last.partition
    await this.#learn(now)
    for (const letter of now) this.#sendOne(letter)
    this.#positions.set(partition, last.offset + 1)
    if (this.#producer) {
      const { topic, group } = this.#options
      const offset = { topic, partition, offset: last.offset + 1, metadata: '' }
      await this.#producer.sendOffsets([offset], {
        groupId: group,
        generationId: -1,
        memberId: '',
        groupInstanceId: null,
      })
      await this.#producer.commit()
    }
    return this.#left > 0
  }

  result(ranges: readonly TopicEnds[]): Redriven {
    return {
      sent: [...this.#sent].map(([topic, records]) => ({ topic, records })),
      skipped: this.#skipped,
      offsets: ranges.flatMap(({ partition, start }) => {
        const to = this.#positions.get(partition)
        return to === undefined ? [] : [{ partition, from: start, to }]
      }),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer?.close()
  }

  async #learn(letters: readonly RawRecord[]): Promise<void> {
    const topics = new Set(letters.flatMap((letter) => factsOf(letter).topic ?? []))
    const unknown = [...topics].filter((topic) => !this.#partitionCounts.has(topic))
    if (unknown.length === 0) return
    const found = await this.#client.topics(unknown)
    for (const topic of unknown) this.#partitionCounts.set(topic, found.get(topic)?.partitions ?? 0)
  }

  #sendOne(letter: RawRecord): void {
    const { topic, partition } = factsOf(letter)
    const name = `${topicPartitionName(letter.topic, letter.partition)}@${letter.offset}`
    if (topic === undefined) {
      this.#skipped.push({ letter: name, why: 'its headers do not say where it came from' })
      return
    }
    const count = this.#partitionCounts.get(topic)!
    if (count === 0) {
      this.#skipped.push({ letter: name, why: `there is no topic ${topic}` })
      return
    }
    this.#sent.set(topic, (this.#sent.get(topic) ?? 0) + 1)
    if (this.#producer) this.#append(this.#producer, topic, partitionOf(letter, partition, count), letter)
  }

  #append(producer: Producer, topic: string, partition: number, letter: RawRecord): void {
    const { timestamp, key, value } = letter
    const headers = this.#options.dropErrorHeaders ? withoutFacts(letter.headers) : letter.headers
    const batch = encodeBatch([{ timestamp, key, value, headers }], {
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      sequence: producer.reserve(topic, partition, 1),
      transactional: true,
    })
    const buffer = producer.buffer(batch.length)
    buffer.set(batch)
    producer.send(topic, partition, buffer)
  }
}

/** Where it came from; by its key if the topic has no such partition any more. */
function partitionOf({ key }: RawRecord, partition: number | undefined, count: number): number {
  if (partition !== undefined && partition < count) return partition
  return key === null ? 0 : partitionFor(key, count)
}
