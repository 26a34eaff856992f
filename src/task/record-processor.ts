import { StreamsError } from '../core/errors.ts'
import type { DropReason } from '../core/hooks.ts'
import type { BadInput, DeserializationHandler } from '../core/options.ts'
import type { StreamRecord } from '../core/record.ts'
import type { TopicPartition } from '../core/topic-partition.ts'
import type { BatchReader } from '../kernel/kernel.ts'
import { buildOperators } from '../operator/build.ts'
import type { KeyValueStore, OperatorContext, RecordSink, WindowStore } from '../operator/context.ts'
import type { SourceOperator } from '../operator/source.ts'
import { type SinkNode, topicName } from '../plan/node.ts'
import type { Subtopology } from '../plan/subtopology.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import { meetHandler } from './bad-input.ts'
import type { Processor } from './processor.ts'
import type { RecordCollector } from './record-collector.ts'

export interface RecordProcessorOptions {
  readonly applicationId: string
  readonly subtopology: Subtopology
  readonly reader: BatchReader
  readonly collector: RecordCollector
  readonly input: TopicPartition
  readonly keyValueStores: ReadonlyMap<string, KeyValueStore>
  readonly windowStores: ReadonlyMap<string, WindowStore>
  readonly operatorTimes: ReadonlyMap<string, number>
  readonly partitionTime: number
  readonly handler: DeserializationHandler
  partitionsOf(topic: string): number
  /** Changelog records that stores held back. */
  flushStores(): void
  dropped(node: string, reason: DropReason, count: number): void
}

/** A lambda may take microseconds or a millisecond: few enough to stay near a slice of processing time. */
const stretchRecords = 256

/** Runs any subtopology, one record at a time, depth first: the reference for what the kernel does. */
export class RecordProcessor implements Processor {
  readonly #options: RecordProcessorOptions
  readonly #source: SourceOperator
  readonly #sourceName: string
  readonly #times = new Map<string, { value: number }>()
  /** Of the records last decoded: how many there are, and the next one to take. */
  #decoded = 0
  #next = 0
  nextOffset = 0
  partitionTime: number

  constructor(options: RecordProcessorOptions) {
    this.#options = options
    this.partitionTime = options.partitionTime
    const [source, ...others] = buildOperators(options.subtopology, this.#context())
    if (!source || others.length > 0)
      throw new StreamsError('internal', `subtopology ${options.subtopology.id} has not exactly one source`)
    this.#sourceName = source[0]
    this.#source = source[1]
  }

  process(): number {
    const { reader } = this.#options
    if (this.#next === this.#decoded) {
      this.#decoded = reader.decode()
      this.#next = 0
    }
    const end = Math.min(this.#decoded, this.#next + stretchRecords)
    const taken = end - this.#next
    for (; this.#next < end; this.#next++) this.#take(this.#next)
    if (taken > 0) this.nextOffset = reader.offset(end - 1) + 1
    return taken
  }

  flush(): void {
    this.#options.flushStores()
  }

  committed(): void {}

  operatorTimes(): ReadonlyMap<string, number> {
    return new Map([...this.#times].map(([node, time]) => [node, time.value]))
  }

  #take(index: number): void {
    const record = this.#read(index)
    if (!record) return
    this.partitionTime = Math.max(this.partitionTime, record.timestamp)
    this.#source.process(record)
  }

  /** @returns undefined for a record that is left out. */
  #read(index: number): StreamRecord<unknown, unknown> | undefined {
    const { reader, input, handler, dropped } = this.#options
    const key = reader.key(index)
    const value = reader.value(index)
    try {
      return this.#source.read(key, value, reader.timestamp(index), reader.headers(index))
    } catch (error) {
      if (!StreamsError.is(error, 'deserialization')) throw error
      const part = error.details['reason'] as BadInput['part']
      const offset = reader.offset(index)
      meetHandler(handler, { ...input, offset, part, key: copy(key), value: copy(value) }, error)
      dropped(this.#sourceName, 'deserialization', 1)
      return undefined
    }
  }

  #context(): OperatorContext {
    const { keyValueStores, windowStores, dropped } = this.#options
    return {
      keyValueStore: (name) => named(keyValueStores, name),
      windowStore: (name) => named(windowStores, name),
      sink: (node) => this.#sink(node),
      dropped: (node, reason) => dropped(node, reason, 1),
      operatorTime: (node) => this.#operatorTime(node),
    }
  }

  #operatorTime(node: string): { value: number } {
    const time = this.#times.get(node) ?? { value: this.#options.operatorTimes.get(node) ?? -1 }
    this.#times.set(node, time)
    return time
  }

  #sink(node: SinkNode): RecordSink {
    const { applicationId, collector, partitionsOf, input } = this.#options
    const topic = topicName(applicationId, node.topic, node.internal)
    const partitions = partitionsOf(topic)
    // A record without a key may go anywhere; staying in the input's partition keeps its order.
    const anywhere = input.partition % partitions
    return {
      send(key, value, timestamp, headers, partitionKey) {
        const hashed = partitionKey ?? key
        const partition = hashed ? partitionFor(hashed, partitions) : anywhere
        collector.send(topic, partition, key, value, timestamp, headers)
      },
    }
  }
}

function copy(bytes: Uint8Array | null): Uint8Array | null {
  return bytes ? bytes.slice() : null
}

function named<T>(stores: ReadonlyMap<string, T>, name: string): T {
  const store = stores.get(name)
  if (store) return store
  throw new StreamsError('internal', `the task has no store '${name}'`)
}
