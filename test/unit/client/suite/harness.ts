import { randomUUID } from 'node:crypto'
import type {
  Client,
  Fetched,
  Fetcher,
  FetcherOptions,
  GroupMember,
  GroupMetadata,
  GroupOptions,
  Isolation,
  NewTopic,
  Producer,
  RefusalJudge,
} from '../../../../src/client/client.ts'
import { utf8, utf8Text } from '../../../../src/core/bytes.ts'
import { encodeAssignment, encodeSubscription } from '../../../../src/protocol/consumer-protocol.ts'
import { decodeBatches } from '../../../../src/protocol/record-batch/decode.ts'
import { encodeBatch, type RecordToEncode } from '../../../../src/protocol/record-batch/encode.ts'

/** What a client implementation brings to the suite. */
export interface ClientFixture {
  /** A new client of the same cluster; the suite closes it. */
  client(): Client
  dispose(): Promise<void>
}

/** The time of a test's records: near to now, because brokers delete old ones. */
export const recordTime: number = Date.now()

const waitMs = 1000

/** Their batches carry the transactional bit. */
const transactionalProducers = new WeakSet<Producer>()

export interface Read {
  readonly values: readonly string[]
  readonly offsets: readonly number[]
  readonly nextOffset: number
  readonly fetched: readonly Fetched[]
}

/** Names that no other run uses, clients that are closed after each test, and the everyday of producing and reading. */
export class Harness {
  readonly #open: () => Promise<ClientFixture>
  readonly #clients: Client[] = []
  #fixture: ClientFixture | undefined

  constructor(open: () => Promise<ClientFixture>) {
    this.#open = open
  }

  async start(): Promise<void> {
    this.#fixture = await this.#open()
  }

  /** Ends what a test began. */
  async reset(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.close()))
  }

  async stop(): Promise<void> {
    await this.#fixture?.dispose()
  }

  client(): Client {
    const client = this.#fixture!.client()
    this.#clients.push(client)
    return client
  }

  /** The client of the test, for what needs no second one. */
  get one(): Client {
    return this.#clients[0] ?? this.client()
  }

  name(what: string): string {
    return `millrace-suite-${what}-${randomUUID().slice(0, 13)}`
  }

  async topic(partitions = 1, configs: NewTopic['configs'] = {}): Promise<string> {
    const name = this.name('topic')
    await this.one.createTopics([{ name, partitions, replicationFactor: -1, configs }])
    return name
  }

  async producer(transactionalId?: string, client: Client = this.one): Promise<Producer> {
    const producer = client.producer({
      transactionTimeoutMs: 60_000,
      ...(transactionalId !== undefined && { transactionalId }),
    })
    await producer.init()
    if (transactionalId !== undefined) transactionalProducers.add(producer)
    return producer
  }

  fetcher(options: Partial<FetcherOptions> = {}, client: Client = this.one): Fetcher {
    return client.fetcher({
      isolation: 'read_uncommitted',
      partitionBytes: 1 << 20,
      bufferBytes: 4 << 20,
      offsetReset: 'none',
      ...options,
    })
  }

  member(groupId: string, options: Partial<GroupOptions> = {}, client: Client = this.client()): GroupMember {
    return client.group({
      groupId,
      protocolName: 'suite',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      heartbeatIntervalMs: 50,
      metadata: () => subscription('some'),
      assign: (members) =>
        Promise.resolve(new Map(members.map(({ memberId }) => [memberId, assignment(memberId)]))),
      ...options,
    })
  }

  /** Reads from `from` until the position is at least `until`. */
  async read(
    topic: string,
    partition: number,
    until: number,
    { from = 0, isolation = 'read_uncommitted' }: { from?: number; isolation?: Isolation } = {},
  ): Promise<Read> {
    const fetcher = this.fetcher({ isolation })
    fetcher.add({ topic, partition }, from)
    const values: string[] = []
    const offsets: number[] = []
    const all: Fetched[] = []
    for (let position = from; position < until; position = all.at(-1)?.nextOffset ?? from) {
      for (const fetched of await fetcher.poll(waitMs)) {
        all.push(fetched)
        for (const record of records(fetched)) {
          values.push(record.value)
          offsets.push(record.offset)
        }
        fetched.release()
      }
    }
    await fetcher.close()
    return { values, offsets, nextOffset: all.at(-1)?.nextOffset ?? from, fetched: all }
  }

  /** The values that a read_committed reader finds; waits for the markers of transactions that ended just now. */
  async committed(topic: string, partition: number, until: number): Promise<readonly string[]> {
    const { values } = await this.read(topic, partition, until, { isolation: 'read_committed' })
    return values
  }

  async latest(topic: string, isolation: Isolation = 'read_uncommitted', partition = 0): Promise<number> {
    const [latest] = await this.one.listOffsets([{ topic, partition }], 'latest', isolation)
    return latest!.offset
  }
}

/** Encodes values into one batch and queues it. @returns a copy of the batch. */
export function send(producer: Producer, topic: string, partition: number, ...values: string[]): Uint8Array {
  return sendRecords(
    producer,
    topic,
    partition,
    values.map((value) => ({ timestamp: recordTime, key: null, value: utf8(value) })),
  )
}

export function sendRecords(
  producer: Producer,
  topic: string,
  partition: number,
  records: readonly RecordToEncode[],
  judge?: RefusalJudge,
): Uint8Array {
  const batch = encodeBatch(records, {
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    sequence: producer.reserve(topic, partition, records.length),
    transactional: transactionalProducers.has(producer),
  })
  const buffer = producer.buffer(batch.length)
  buffer.set(batch)
  producer.send(topic, partition, buffer, judge)
  return batch
}

export function records(fetched: Fetched): readonly { readonly offset: number; readonly value: string }[] {
  return fetched.runs
    .flatMap((run) => decodeBatches(run, { fromOffset: fetched.offset }))
    .map(({ offset, value }) => ({ offset, value: utf8Text(value!) }))
}

export function values(fetched: readonly Fetched[]): readonly string[] {
  return fetched.flatMap(records).map(({ value }) => value)
}

/** Polls until something comes. */
export async function pollSome(fetcher: Fetcher): Promise<readonly Fetched[]> {
  for (;;) {
    const fetched = await fetcher.poll(waitMs)
    if (fetched.length > 0) return fetched
  }
}

/** Who commits without being a member. */
export function noMember(groupId: string): GroupMetadata {
  return { groupId, generationId: -1, memberId: '', groupInstanceId: null }
}

export function subscription(userData: string): Uint8Array {
  return encodeSubscription({
    topics: ['a-topic'],
    userData: utf8(userData),
    ownedPartitions: [],
    generationId: -1,
    rackId: null,
  })
}

/** An assignment that names its member. */
export function assignment(memberId: string): Uint8Array {
  return encodeAssignment({ assignedPartitions: [], userData: utf8(memberId) })
}

/** Resolves when the member is told to join again. */
export function rejoinOf(member: GroupMember): Promise<void> {
  return new Promise((resolve) => {
    member.onRejoin = resolve
  })
}
