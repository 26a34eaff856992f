import { StreamsError } from '../core/errors.ts'
import type { Headers, StreamRecord } from '../core/record.ts'
import { evaluateTimestamp } from '../expr/evaluate.ts'
import type { SourceNode } from '../plan/node.ts'
import type { Serde } from '../serde/serde.ts'
import type { OperatorContext } from './context.ts'
import { messageOf } from './guard.ts'
import type { Operator } from './operator.ts'

/** Where records enter. Reading and processing are apart, since a task reads one record ahead to choose by timestamp. */
export class SourceOperator implements Operator {
  readonly #node: SourceNode
  readonly #context: OperatorContext
  readonly #next: Operator
  readonly #timestampOf: ((value: unknown) => number | undefined) | undefined

  constructor(node: SourceNode, context: OperatorContext, next: Operator) {
    this.#node = node
    this.#context = context
    this.#next = next
    this.#timestampOf = node.timestamp && evaluateTimestamp(node.timestamp)
  }

  /** Reads a record, and processes it. @throws as `read`, and what operators throw. */
  receive(key: Uint8Array | null, value: Uint8Array | null, timestamp: number, headers: Headers): void {
    const record = this.read(key, value, timestamp, headers)
    if (record) this.process(record)
  }

  /**
   * Deserializes key and value, then takes the event time.
   * @returns undefined for a negative time: the record is dropped.
   * @throws StreamsError `deserialization`, with the failing part (`key`, `value`, `timestamp`) as `details.reason`.
   */
  read(
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestamp: number,
    headers: Headers,
  ): StreamRecord<unknown, unknown> | undefined {
    const readKey = this.#deserialize('key', this.#node.keySerde, key)
    const readValue = this.#deserialize('value', this.#node.valueSerde, value)
    const time = this.#timestampOf ? this.#timestampOf(readValue) : timestamp
    if (time === undefined) throw this.#unreadable('timestamp', 'the field is absent, or not a time')
    if (time >= 0) return { key: readKey, value: readValue, timestamp: time, headers }
    this.#context.dropped(this.#node.name, 'negative-timestamp')
    return undefined
  }

  process(record: StreamRecord<unknown, unknown>): void {
    this.#next.process(record)
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
    const node = this.#node.name
    return new StreamsError('deserialization', `${node}: the ${reason} cannot be read: ${problem}`, {
      cause,
      details: { node, reason },
    })
  }
}
