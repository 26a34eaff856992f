import { StreamsError } from '../core/errors.ts'
import type { StreamRecord } from '../core/record.ts'
import { type SinkNode, topicName } from '../plan/node.ts'
import { partitionFor } from '../protocol/partitioner.ts'
import type { Serde } from '../serde/serde.ts'
import { isWindowed, type Windowed } from '../serde/windowed.ts'
import type { OperatorContext, RecordOrigin } from './context.ts'
import { guard, messageOf } from './guard.ts'
import type { Operator } from './operator.ts'

type TopicOf = (record: StreamRecord<unknown, unknown>) => string

/** What the partitioners say: each partition gets the record once; undefined: the default one. */
type PartitionsOf = (topic: string, record: StreamRecord<unknown, unknown>) => readonly number[] | undefined

/** Where records leave, with their headers. */
export class SinkOperator implements Operator {
  readonly #node: SinkNode
  readonly #context: OperatorContext
  readonly #origin: RecordOrigin
  readonly #topicOf: TopicOf
  readonly #partitionsOf: PartitionsOf

  constructor(node: SinkNode, context: OperatorContext) {
    this.#node = node
    this.#context = context
    this.#origin = { node: node.name, cause: context.record }
    this.#topicOf = topicChoice(node, context)
    this.#partitionsOf = partitionChoice(node, context)
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const topic = this.#topicOf(record)
    const partitions = this.#partitionsOf(topic, record)
    if (partitions?.length === 0) {
      this.#context.dropped(this.#node.name, 'no-partition')
      return
    }
    const key = this.#serialize('key', this.#node.keySerde, record, topic)
    if (key === undefined) return
    const value = this.#serialize('value', this.#node.valueSerde, record, topic)
    if (value === undefined) return
    for (const partition of partitions ?? [undefined]) this.#send(topic, partition, key, value, record)
  }

  #send(
    topic: string,
    partition: number | undefined,
    key: Uint8Array | null,
    value: Uint8Array | null,
    record: StreamRecord<unknown, unknown>,
  ): void {
    const { timestamp, headers } = record
    try {
      this.#context.sender.send(topic, partition, key, value, timestamp, headers, this.#origin)
    } catch (error) {
      if (!StreamsError.is(error, 'record-too-large')) throw error
      this.#context.notWritten({ node: this.#node.name, topic, part: 'record', record }, error)
    }
  }

  /** @returns undefined if the production handler says to go on without the record. */
  #serialize(
    part: 'key' | 'value',
    serde: Serde<unknown>,
    record: StreamRecord<unknown, unknown>,
    topic: string,
  ): Uint8Array | null | undefined {
    const data = record[part]
    if (data === null) return null
    try {
      return serde.serialize(data)
    } catch (cause) {
      const { name } = this.#node
      const error = new StreamsError(
        StreamsError.is(cause) ? cause.code : 'processing',
        `${name}: the ${part} cannot be written: ${messageOf(cause)}`,
        { cause, details: { node: name } },
      )
      this.#context.notWritten({ node: name, topic, part, record }, error)
      return undefined
    }
  }
}

function topicChoice({ name, topic, topicOf, internal }: SinkNode, context: OperatorContext): TopicOf {
  const fixed = topicName(context.applicationId, topic, internal)
  if (!topicOf) return () => fixed
  const choose = guard(name, topicOf)
  return (record) => {
    const chosen = choose(record, context.record.metadata)
    if (typeof chosen === 'string' && chosen !== '') return chosen
    throw new StreamsError(
      'processing',
      `${name}: the function that chooses the topic returned ${String(chosen)}`,
    )
  }
}

function partitionChoice(node: SinkNode, context: OperatorContext): PartitionsOf {
  const { name, partitioner, partitionBy, keySerde } = node
  if (partitioner) {
    const choose = guard(name, partitioner)
    return (topic, { key, value }) => {
      const chosen = choose(topic, key, value, context.sender.partitionsOf(topic))
      if (chosen === undefined || chosen === null) return undefined
      return typeof chosen === 'number' ? [chosen] : [...new Set(chosen)]
    }
  }
  if (partitionBy !== 'key' || !isWindowed(keySerde)) return () => undefined
  // Java's WindowedStreamPartitioner.
  const { inner } = keySerde
  return (topic, { key }) =>
    key === null
      ? undefined
      : [partitionFor(inner.serialize((key as Windowed<unknown>).key), context.sender.partitionsOf(topic))]
}
