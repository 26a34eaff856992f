import type { Producer, RefusalJudge, RefusedRecord } from '../client/client.ts'
import type { StreamsError } from '../core/errors.ts'
import { type Headers, noHeaders, type RecordMetadata } from '../core/record.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { BatchWriters } from '../kernel/kernel.ts'
import type { RecordOrigin } from '../operator/context.ts'
import { decodeBatches } from '../protocol/record-batch/decode.ts'
import { encodeBatch } from '../protocol/record-batch/encode.ts'
import { recordSize, recordTooLarge } from './record-size.ts'

/** A record that had left the task and is not written. */
export interface UnwrittenOutput {
  readonly topic: string
  readonly record: Pick<RefusedRecord, 'key' | 'value' | 'timestamp' | 'headers'>
  readonly error: StreamsError
  /** Undefined: it is a dead letter. */
  readonly origin: RecordOrigin | undefined
  /** The input record that caused it, if that is known. */
  readonly source: RecordMetadata | undefined
  /** As of `Refusal`. */
  readonly retriable: boolean
  readonly unwritten: boolean
}

export interface RecordCollectorOptions {
  readonly transactional: boolean
  readonly batchBytes: number
  readonly maxRecordBytes: number
  /** To return means: all others without it. @throws the producer's failure. */
  notWritten(output: UnwrittenOutput): void
}

/** Where the records of one batch come from, by their index. */
interface BatchOrigins {
  readonly origins: (RecordOrigin | undefined)[]
  readonly sources: (RecordMetadata | undefined)[]
}

/** What was sent to a topic by one node so far. */
export interface Produced {
  readonly topic: string
  readonly node: string
  readonly records: number
  readonly bytes: number
}

/** Where a writer's batches go. */
interface Target extends TopicPartition {
  /** Of all its records; undefined: each has its own. */
  readonly origin: RecordOrigin | undefined
  /** Of the open batch. */
  batch: BatchOrigins
  /** The node that sent the first record; that of a store for its changelog. */
  sender: RecordOrigin | undefined
  sentRecords: number
  sentBytes: number
}

/**
 * Turns a task's output records into batches and hands them to the thread's producer. Sequence numbers are given
 * when a batch is closed, since several tasks write to one partition.
 */
export class RecordCollector {
  readonly #writers: BatchWriters
  readonly #producer: Producer
  readonly #options: RecordCollectorOptions
  /** By writer number. */
  readonly #targets: (Target | undefined)[] = []
  /** By topic and partition. */
  readonly #byPartition = new Map<string, (number | undefined)[]>()
  #records = 0

  constructor(writers: BatchWriters, producer: Producer, options: RecordCollectorOptions) {
    this.#writers = writers
    this.#producer = producer
    this.#options = options
  }

  /** Says where the batches of a writer that the kernel made for its region go. */
  bind(writer: number, topic: string, partition: number, origin: RecordOrigin): void {
    this.#targets[writer] = newTarget(topic, partition, origin)
  }

  /** Records handed to the producer so far. */
  get records(): number {
    return this.#records
  }

  /** By topics that sinks write to. */
  get produced(): readonly Produced[] {
    const byTopic = new Map<string, Produced>()
    for (const target of this.#targets) {
      if (!target?.sender || target.sender.store !== undefined) continue
      const { topic, sender, sentRecords, sentBytes } = target
      const before = byTopic.get(topic) ?? { records: 0, bytes: 0 }
      const records = before.records + sentRecords
      byTopic.set(topic, { topic, node: sender.node, records, bytes: before.bytes + sentBytes })
    }
    return [...byTopic.values()]
  }

  send(
    topic: string,
    partition: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers = noHeaders,
    origin?: RecordOrigin,
  ): void {
    const writer = this.#writerOf(topic, partition)
    if (!this.#writers.append(writer, timestamp, key, value, headers)) {
      this.close(writer)
      this.#writers.append(writer, timestamp, key, value, headers)
    }
    const { origins, sources } = this.#targets[writer]!.batch
    origins.push(origin)
    sources.push(origin?.cause?.metadata)
  }

  /** Seals a writer's batch, if it holds records, and sends it. */
  close(writer: number): void {
    const target = this.#targets[writer]
    const records = this.#writers.records(writer)
    if (!target || records === 0) return
    const sequence = this.#producer.reserve(target.topic, target.partition, 0)
    const bytes = this.#writers.close(writer, { ...this.#stamp, sequence })
    const from = target.batch
    target.batch = noOrigins()
    if (bytes.length > this.#options.maxRecordBytes) this.#sendFitting(target, from, bytes.slice())
    else this.#send(target, from, bytes, records)
  }

  /** Seals and sends everything. */
  flush(): void {
    for (let writer = 0; writer < this.#targets.length; writer++) this.close(writer)
  }

  /** A batch of so many bytes may hold a record of too many: those that sinks send were looked at before. */
  #sendFitting(target: Target, from: BatchOrigins, bytes: Uint8Array): void {
    const { maxRecordBytes } = this.#options
    const fitting = decodeBatches(bytes).filter((record, index) => {
      const size = recordSize(record.key, record.value, record.headers)
      if (size <= maxRecordBytes) return true
      const node = originOf(target, from, index)?.node
      const error = recordTooLarge(size, target.topic, maxRecordBytes, node)
      this.#notWritten(target, from, { ...record, index, error }, neverSent)
      return false
    })
    if (fitting.length === 0) return
    const left: BatchOrigins = {
      origins: fitting.map(({ offset }) => from.origins[offset]),
      sources: fitting.map(({ offset }) => from.sources[offset]),
    }
    const sequence = this.#producer.reserve(target.topic, target.partition, 0)
    this.#send(target, left, encodeBatch(fitting, { ...this.#stamp, sequence }), fitting.length)
  }

  /** @param bytes the batch, which is copied. */
  #send(target: Target, from: BatchOrigins, bytes: Uint8Array, records: number): void {
    const { topic, partition } = target
    this.#producer.reserve(topic, partition, records)
    const buffer = this.#producer.buffer(bytes.length)
    buffer.set(bytes)
    this.#producer.send(topic, partition, buffer, this.#judge(target, from))
    this.#records += records
    target.sender ??= originOf(target, from, 0)
    target.sentRecords += records
    target.sentBytes += bytes.length
  }

  #judge(target: Target, from: BatchOrigins): RefusalJudge {
    return (refusal) => {
      for (const record of refusal.records) this.#notWritten(target, from, record, refusal)
      // The commit that waits for the batch takes the dead letters, too.
      this.flush()
    }
  }

  #notWritten(
    target: Target,
    from: BatchOrigins,
    { index, error, key, value, timestamp, headers }: RefusedRecord,
    { retriable, unwritten }: Pick<UnwrittenOutput, 'retriable' | 'unwritten'>,
  ): void {
    this.#options.notWritten({
      topic: target.topic,
      record: { key, value, timestamp, headers },
      error,
      origin: originOf(target, from, index),
      source: from.sources[index],
      retriable,
      unwritten,
    })
  }

  get #stamp(): { producerId: number; producerEpoch: number; transactional: boolean } {
    const { producerId, producerEpoch } = this.#producer
    return { producerId, producerEpoch, transactional: this.#options.transactional }
  }

  #writerOf(topic: string, partition: number): number {
    return this.#byPartition.get(topic)?.[partition] ?? this.#open(topic, partition)
  }

  #open(topic: string, partition: number): number {
    const writer = this.#writers.open(this.#options.batchBytes)
    const writers = this.#byPartition.get(topic) ?? []
    this.#byPartition.set(topic, writers)
    writers[partition] = writer
    this.#targets[writer] = newTarget(topic, partition, undefined)
    return writer
  }
}

const neverSent = { retriable: false, unwritten: true } as const

function newTarget(topic: string, partition: number, origin: RecordOrigin | undefined): Target {
  const nothing = { sender: undefined, sentRecords: 0, sentBytes: 0 }
  return { topic, partition, origin, batch: noOrigins(), ...nothing }
}

function noOrigins(): BatchOrigins {
  return { origins: [], sources: [] }
}

function originOf(target: Target, from: BatchOrigins, index: number): RecordOrigin | undefined {
  return target.origin ?? from.origins[index]
}
