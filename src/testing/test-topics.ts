import { utf8 } from '../core/bytes.ts'
import type { Header, Headers } from '../core/record.ts'
import { type Duration, durationMs } from '../core/time/duration.ts'
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
  /** Ms since the epoch; the topic's time if not given, which then advances. */
  readonly timestamp?: number
  readonly headers?: TestHeaders
  readonly partition?: number
}

/** The times of an input topic's records that are given none. */
export interface InputTimes {
  /** Of the first, ms since the epoch; if not given, each has the driver's wall clock until the topic's time is advanced. */
  readonly startAt?: number
  /** From each to the next; 0 if not given. */
  readonly advance?: Duration
}

/** One topic to pipe records into, by its serdes. Made by `TopologyTestDriver.input`. */
export class TestInputTopic<K, V> {
  readonly #topic: Pick<Topic<K, V>, 'key' | 'value'>
  readonly #pipe: (record: RawTestRecord) => void
  readonly #now: () => number
  readonly #advanceMs: number
  /** Of the next record; undefined: the wall clock. */
  #time: number | undefined

  /** @throws StreamsError `options-invalid` for what is no duration. */
  constructor(
    topic: Pick<Topic<K, V>, 'key' | 'value'>,
    pipe: (record: RawTestRecord) => void,
    now: () => number,
    { startAt, advance = 0 }: InputTimes = {},
  ) {
    this.#topic = topic
    this.#pipe = pipe
    this.#now = now
    this.#advanceMs = durationMs(advance, 'input: advance')
    this.#time = startAt
    if (this.#advanceMs > 0) this.advanceTime(0)
  }

  /** Moves the time of the records to come, which the wall clock no longer gives. @param by ms or text such as '5s'. */
  advanceTime(by: Duration): void {
    this.#time = (this.#time ?? this.#now()) + durationMs(by, 'advanceTime')
  }

  /** Pipes a record and runs all it leads to. @throws what it causes. */
  pipe(key: K | null, value: V | null, options: PipeOptions = {}): void {
    this.#pipe(this.record(key, value, options))
  }

  /** As `pipe`, of bytes as they are. */
  pipeRaw(key: Uint8Array | null, value: Uint8Array | null, options: PipeOptions = {}): void {
    this.#pipe(rawRecord(key, value, this.#timed(options)))
  }

  /** Pipes records one after the other, as `[key, value]`. @throws what they cause. */
  pipeAll(pairs: Iterable<readonly [key: K | null, value: V | null]>): void {
    for (const [key, value] of pairs) this.pipe(key, value)
  }

  /** The bytes of a record, for `TopologyTestDriver.pipeBatch`. */
  record(key: K | null, value: V | null, options: PipeOptions = {}): RawTestRecord {
    const { key: keySerde, value: valueSerde } = this.#topic
    return rawRecord(
      key === null ? null : keySerde.serialize(key),
      value === null ? null : valueSerde.serialize(value),
      this.#timed(options),
    )
  }

  #timed(options: PipeOptions): PipeOptions {
    if (options.timestamp !== undefined || this.#time === undefined) return options
    const timestamp = this.#time
    this.#time += this.#advanceMs
    return { ...options, timestamp }
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

  /** Takes all records that have not been read: their values. */
  readValues(): (V | null)[] {
    return this.readAll().map(({ value }) => value)
  }

  /** Takes all records that have not been read: the last value of each key, as a table has it, deletions as null. */
  readMap(): Map<K | null, V | null> {
    return new Map(this.readPairs())
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
