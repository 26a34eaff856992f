import { StreamsError } from '../core/errors.ts'
import type { RawRecord, StreamRecord } from '../core/record.ts'
import { evaluateTimestamp } from '../expr/evaluate.ts'
import type { SourceNode } from '../plan/node.ts'
import type { Serde } from '../serde/serde.ts'
import type { OperatorContext } from './context.ts'
import { guard, messageOf } from './guard.ts'
import type { Operator } from './operator.ts'

/** @returns ms; undefined: the value has no time. */
type TimeOf = (
  record: StreamRecord<unknown, unknown>,
  raw: RawRecord,
  partitionTime: number,
) => number | undefined

/** Where records enter. Reading and processing are apart, since a task reads one record ahead to choose by timestamp. */
export class SourceOperator implements Operator {
  readonly name: string
  readonly #node: SourceNode
  readonly #context: OperatorContext
  readonly #next: Operator
  readonly #timeOf: TimeOf | undefined

  constructor(node: SourceNode, context: OperatorContext, next: Operator) {
    this.name = node.name
    this.#node = node
    this.#context = context
    this.#next = next
    this.#timeOf = timeOf(node, context)
  }

  /**
   * Deserializes key and value, then takes the event time.
   * @param partitionTime the largest event time of the record's partition so far, -1 before the first.
   * @returns undefined if the record is dropped for its negative time.
   * @throws StreamsError `deserialization`, with the failing part (`key`, `value`, `timestamp`) as `details.reason`;
   *   `processing` for what the user's extractor throws and for a negative time that must not be.
   */
  read(raw: RawRecord, partitionTime: number): StreamRecord<unknown, unknown> | undefined {
    const key = this.#deserialize('key', this.#node.keySerde, raw.key)
    const value = this.#deserialize('value', this.#node.valueSerde, raw.value)
    const record = { key, value, timestamp: raw.timestamp, headers: raw.headers }
    const time = this.#timeOf ? this.#timeOf(record, raw, partitionTime) : raw.timestamp
    if (time === undefined) throw this.#unreadable('timestamp', 'the field is absent, or not a time')
    if (time >= 0) return time === raw.timestamp ? record : { ...record, timestamp: time }
    return this.#withoutTime(record, raw, partitionTime)
  }

  process(record: StreamRecord<unknown, unknown>): void {
    this.#next.process(record)
  }

  /** Java's FailOn-, LogAndSkipOn- and UsePartitionTimeOnInvalidTimestamp; an extractor's own negative time is skipped. */
  #withoutTime(
    record: StreamRecord<unknown, unknown>,
    { topic, partition, offset }: RawRecord,
    partitionTime: number,
  ): StreamRecord<unknown, unknown> | undefined {
    const policy = this.#node.invalidTimestamp ?? (this.#timeOf ? 'skip' : 'fail')
    if (policy === 'skip') {
      this.#context.dropped(this.name, 'negative-timestamp')
      return undefined
    }
    if (policy === 'partition-time' && partitionTime >= 0) return { ...record, timestamp: partitionTime }
    const why = policy === 'fail' ? '' : ', and the time of its partition is not known yet'
    throw new StreamsError(
      'processing',
      `${this.name}: the record at offset ${offset} of ${topic}-${partition} has a negative timestamp${why}; see invalidTimestamp of its topic`,
      { details: { node: this.name, topic, partition, offset } },
    )
  }

  #deserialize(part: 'key' | 'value', serde: Serde<unknown>, bytes: Uint8Array | null): unknown {
    if (bytes === null) return null
    try {
      return serde.deserialize(bytes)
    } catch (cause) {
      throw this.#unreadable(part, messageOf(cause), cause)
    }
  }

  #unreadable(reason: 'key' | 'value' | 'timestamp', problem: string, cause?: unknown): StreamsError {
    const node = this.name
    return new StreamsError('deserialization', `${node}: the ${reason} cannot be read: ${problem}`, {
      cause,
      details: { node, reason },
    })
  }
}

function timeOf({ name, timestamp, extractor }: SourceNode, context: OperatorContext): TimeOf | undefined {
  if (timestamp) {
    const read = evaluateTimestamp(timestamp)
    return ({ value }) => read(value)
  }
  if (!extractor) return undefined
  if (extractor === 'wall-clock') return () => context.systemTime
  const extract = guard(name, extractor)
  return ({ key, value, timestamp, headers }, { topic, partition, offset }, partitionTime) =>
    extract({ key, value, timestamp, headers, topic, partition, offset }, partitionTime)
}
