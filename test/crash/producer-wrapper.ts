import type {
  Client,
  CommittedOffset,
  GroupMetadata,
  Producer,
  RefusalJudge,
} from '../../src/client/client.ts'

/** Passes everything on. What is derived from it changes one step. */
export class ProducerWrapper implements Producer {
  protected readonly inner: Producer

  constructor(inner: Producer) {
    this.inner = inner
  }

  get producerId(): number {
    return this.inner.producerId
  }

  get producerEpoch(): number {
    return this.inner.producerEpoch
  }

  get pendingBytes(): number {
    return this.inner.pendingBytes
  }

  get failure(): Error | undefined {
    return this.inner.failure
  }

  get inTransaction(): boolean {
    return this.inner.inTransaction
  }

  init(): Promise<void> {
    return this.inner.init()
  }

  reserve(topic: string, partition: number, records: number): number {
    return this.inner.reserve(topic, partition, records)
  }

  buffer(size: number): Uint8Array {
    return this.inner.buffer(size)
  }

  send(topic: string, partition: number, batch: Uint8Array, judge?: RefusalJudge): void {
    this.inner.send(topic, partition, batch, judge)
  }

  drain(pendingBytes: number): Promise<void> {
    return this.inner.drain(pendingBytes)
  }

  flush(): Promise<void> {
    return this.inner.flush()
  }

  acknowledged(topic: string, partition: number): number | undefined {
    return this.inner.acknowledged(topic, partition)
  }

  sendOffsets(offsets: readonly CommittedOffset[], group: GroupMetadata): Promise<void> {
    return this.inner.sendOffsets(offsets, group)
  }

  commit(): Promise<void> {
    return this.inner.commit()
  }

  abort(): Promise<void> {
    return this.inner.abort()
  }

  close(): Promise<void> {
    return this.inner.close()
  }
}

/** The same client, with its producers wrapped. */
export function withProducers(client: Client, wrap: (producer: Producer) => Producer): Client {
  return {
    topics: (names) => client.topics(names),
    listTopics: () => client.listTopics(),
    createTopics: (topics) => client.createTopics(topics),
    listOffsets: (partitions, at, isolation) => client.listOffsets(partitions, at, isolation),
    committedOffsets: (groupId, partitions) => client.committedOffsets(groupId, partitions),
    deleteRecords: (before) => client.deleteRecords(before),
    removeMember: (groupId, memberId, reason) => client.removeMember(groupId, memberId, reason),
    fetcher: (options) => client.fetcher(options),
    producer: (options) => wrap(client.producer(options)),
    group: (options) => client.group(options),
    admin: client.admin,
    close: () => client.close(),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}
