import type { Timestamp } from '../expr/expression.ts'
import type { TimestampNode } from '../expr/node.ts'
import type { Row } from '../expr/row.ts'
import { checkName } from '../plan/naming.ts'
import type { Serde } from '../serde/serde.ts'

/** A topic's name, serdes and event time, for reading and for writing. */
export interface Topic<K, V, Nullable extends boolean = boolean> {
  readonly name: string
  readonly key: Serde<K>
  readonly value: Serde<V>
  readonly timestamp?: TimestampNode
  readonly nullable: Nullable
}

export interface TopicOptions<K, V, Nullable extends boolean> {
  readonly key: Serde<K>
  readonly value: Serde<V>
  /** Event time from a field of the value, such as `field('at').millis()`; without it, the record's timestamp. */
  readonly timestamp?: Timestamp<Row<NoInfer<V>>>
  /** Says that null values occur: they are then part of the stream's type. Without it they still pass, typed as `V`. */
  readonly nullable?: Nullable
}

/** A topic that takes keys and values of these types; Kafka's null goes to any. */
export interface SinkTopic<in K, in V> {
  readonly name: string
  readonly key: Writes<K>
  readonly value: Writes<V>
}

// A property, not a method: TypeScript checks the parameters of methods too loosely to tell topics apart.
interface Writes<in T> {
  readonly name: string
  readonly serialize: (value: T) => Uint8Array
}

/**
 * Declares a topic; nothing is created.
 * @throws StreamsError `topology-invalid` if the name is not one Kafka allows.
 */
export function topic<K, V, const Nullable extends boolean = false>(
  name: string,
  options: TopicOptions<K, V, Nullable>,
): Topic<K, V, Nullable> {
  const { key, value, timestamp, nullable } = options
  return Object.freeze({
    name: checkName(name, 'topic name'),
    key,
    value,
    ...(timestamp && { timestamp: timestamp.node }),
    nullable: (nullable ?? false) as Nullable,
  })
}
