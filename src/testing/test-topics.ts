import { utf8 } from '../core/bytes.ts'
import type { Header, Headers } from '../core/record.ts'
import type { Topic } from '../dsl/topic.ts'

/** A record's bytes, on their way in. */
export interface RawTestRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** Ms since the epoch; the driver's wall clock if not given. */
  readonly timestamp?: number
  readonly headers?: Headers
  /** By murmur2 of the key if not given, 0 without a key. */
  readonly partition?: number
}

/** A record that the topology has written to a topic, of its own or an internal one, as it would lie in Kafka. */
export interface ProducedRecord {
  readonly topic: string
  readonly partition: number
  /** A partitioner or the topology named the partition; otherwise it is that of the key's hash. */
  readonly partitionChosen: boolean
  readonly offset: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
}

/** A record of an output topic, read by the topic's serdes. */
export interface TestRecord<K, V> {
  readonly key: K | null
  readonly value: V | null
  readonly timestamp: number
  readonly headers: Headers
}

/** Headers as a list, or by name with values as text. */
export type TestHeaders = Headers | Readonly<Record<string, string | Uint8Array | null>>

export interface PipeOptions {
  /** Ms since the epoch; the driver's wall clock if not given. */
  readonly timestamp?: number
  readonly headers?: TestHeaders
  readonly partition?: number
}

/** One topic to pipe records into, by its serdes. Made by `TopologyTestDriver.input`. */
export class TestInputTopic<K, V> {
  readonly #topic: Pick<Topic<K, V>, 'key' | 'value'>
  readonly #pipe: (record: RawTestRecord) => void

  constructor(topic: Pick<Topic<K, V>, 'key' | 'value'>, pipe: (record: RawTestRecord) => void) {
    this.#topic = topic
    this.#pipe = pipe
  }

  /** Pipes a record and runs all it leads to. @throws what it causes. */
  pipe(key: K | null, value: V | null, options: PipeOptions = {}): void {
    this.#pipe(this.record(key, value, options))
  }

  /** As `pipe`, of bytes as they are. */
  pipeRaw(key: Uint8Array | null, value: Uint8Array | null, options: PipeOptions = {}): void {
    this.#pipe(rawRecord(key, value, options))
  }

  /** The bytes of a record, for `TopologyTestDriver.pipeBatch`. */
  record(key: K | null, value: V | null, options: PipeOptions = {}): RawTestRecord {
    const { key: keySerde, value: valueSerde } = this.#topic
    return rawRecord(
      key === null ? null : keySerde.serialize(key),
      value === null ? null : valueSerde.serialize(value),
      options,
    )
  }
}

/** What a topic received, read by its serdes, first to last. Made by `TopologyTestDriver.output`. */
export class TestOutputTopic<K, V> {
  readonly #topic: Pick<Topic<K, V>, 'key' | 'value'>
  readonly #produced: () => readonly ProducedRecord[]
  #read = 0

  constructor(topic: Pick<Topic<K, V>, 'key' | 'value'>, produced: () => readonly ProducedRecord[]) {
    this.#topic = topic
    this.#produced = produced
  }

  /** How many records have not been read. */
  get size(): number {
    return this.#produced().length - this.#read
  }

  get isEmpty(): boolean {
    return this.size === 0
  }

  /** Takes the next record; undefined if there is none. */
  read(): TestRecord<K, V> | undefined {
    const record = this.#produced()[this.#read]
    if (!record) return undefined
    this.#read++
    const { key, value, timestamp, headers } = record
    return {
      key: key && this.#topic.key.deserialize(key),
      value: value && this.#topic.value.deserialize(value),
      timestamp,
      headers,
    }
  }

  /** Takes all records that have not been read. */
  readAll(): TestRecord<K, V>[] {
    const records: TestRecord<K, V>[] = []
    for (let record = this.read(); record; record = this.read()) records.push(record)
    return records
  }

  /** Takes all records that have not been read, as pairs. */
  readPairs(): [K | null, V | null][] {
    return this.readAll().map(({ key, value }) => [key, value])
  }
}

function rawRecord(
  key: Uint8Array | null,
  value: Uint8Array | null,
  { timestamp, headers, partition }: PipeOptions,
): RawTestRecord {
  return {
    key,
    value,
    ...(timestamp !== undefined && { timestamp }),
    ...(headers && { headers: headerList(headers) }),
    ...(partition !== undefined && { partition }),
  }
}

function headerList(headers: TestHeaders): Headers {
  if (isList(headers)) return headers
  return Object.entries(headers).map(
    ([key, value]): Header => ({ key, value: typeof value === 'string' ? utf8(value) : value }),
  )
}

function isList(headers: TestHeaders): headers is Headers {
  return Array.isArray(headers)
}
