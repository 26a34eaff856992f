import { StreamsError } from '../core/errors.ts'
import type { StreamRecord } from '../core/record.ts'
import type { SinkNode } from '../plan/node.ts'
import type { Serde } from '../serde/serde.ts'
import { isTimeWindowed, type Windowed } from '../serde/windowed.ts'
import type { OperatorContext, RecordSink } from './context.ts'
import { messageOf } from './guard.ts'
import type { Operator } from './operator.ts'

/** Where records leave, with their headers. */
export class SinkOperator implements Operator {
  readonly #node: SinkNode
  readonly #sink: RecordSink
  /** Of a windowed key's key, which alone chooses the partition. */
  readonly #partitionSerde: Serde<unknown> | undefined

  constructor(node: SinkNode, context: OperatorContext) {
    this.#node = node
    this.#sink = context.sink(node)
    this.#partitionSerde =
      node.partitionBy === 'key' && isTimeWindowed(node.keySerde) ? node.keySerde.inner : undefined
  }

  process(record: StreamRecord<unknown, unknown>): void {
    const key = this.#serialize('key', this.#node.keySerde, record.key)
    const value = this.#serialize('value', this.#node.valueSerde, record.value)
    this.#sink.send(key, value, record.timestamp, record.headers, this.#partitionKey(record.key))
  }

  #partitionKey(key: unknown): Uint8Array | undefined {
    return this.#partitionSerde && key !== null
      ? this.#partitionSerde.serialize((key as Windowed<unknown>).key)
      : undefined
  }

  #serialize(part: 'key' | 'value', serde: Serde<unknown>, value: unknown): Uint8Array | null {
    if (value === null) return null
    try {
      return serde.serialize(value)
    } catch (cause) {
      const node = this.#node.name
      throw new StreamsError(
        StreamsError.is(cause) ? cause.code : 'processing',
        `${node}: the ${part} cannot be written: ${messageOf(cause)}`,
        { cause, details: { node } },
      )
    }
  }
}
