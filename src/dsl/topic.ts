import { type OffsetReset, type OffsetResetOption, offsetResetOf } from '../core/offset-reset.ts'
import type { RecordMetadata, StreamRecord } from '../core/record.ts'
import type { Timestamp } from '../expr/expression.ts'
import type { TimestampNode } from '../expr/node.ts'
import type { Row } from '../expr/row.ts'
import { checkName } from '../plan/naming.ts'
import type { TimestampExtractor } from '../plan/node.ts'
import type { Serde } from '../serde/serde.ts'

/** A topic's name, serdes and event time, for reading and for writing. */
export interface Topic<K, V, Nullable extends boolean = boolean> {
  readonly name: string
  readonly key: Serde<K>
  readonly value: Serde<V>
  readonly timestamp?: TimestampNode
  readonly extractor?: TimestampExtractor | 'wall-clock'
  readonly invalidTimestamp?: 'fail' | 'skip' | 'partition-time'
  readonly offsetReset?: OffsetReset
  readonly nullable: Nullable
}

/** Topics whose names match, all of the same serdes. */
export interface TopicPattern<K, V, Nullable extends boolean = boolean>
  extends Omit<Topic<K, V, Nullable>, 'name'> {
  readonly pattern: RegExp
}

/**
 * Event time by a function.
 * @param partitionTime the largest time of the partition so far, ms; -1 before the first.
 * @returns ms since the epoch.
 */
export type TimestampOf<K, V> = (
  record: StreamRecord<K | null, V | null> & RecordMetadata,
  partitionTime: number,
) => number

export interface TopicOptions<K, V, Nullable extends boolean> {
  readonly key: Serde<K>
  readonly value: Serde<V>
  /**
   * Event time from a field of the value, such as `field('at').millis()`, by a function, or the time at which the record is
   * read (`wall-clock`: Java's WallclockTimestampExtractor); without it, the record's timestamp.
   */
  readonly timestamp?: Timestamp<Row<NoInfer<V>>> | TimestampOf<NoInfer<K>, NoInfer<V>> | 'wall-clock'
  /**
   * What a negative event time does: `fail` (Java's FailOnInvalidTimestamp), drop the record (`skip`), or take the
   * partition's time. By default `fail` for the record's own timestamp, and `skip` for an extracted one, as in Java.
   */
  readonly invalidTimestamp?: 'fail' | 'skip' | 'partition-time'
  /**
   * Where to begin when the group has no offset for a partition, or one that is not in the log any more; by default what
   * the application says. `{ byDuration: '1h' }`: at the records of the last hour.
   */
  readonly offsetReset?: OffsetResetOption
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
  return Object.freeze({ name: checkName(name, 'topic name'), ...settings(options) })
}

/**
 * Declares all topics whose whole names match, also those that come to be later (an application looks for them every
 * `metadataMaxAge`); they are read as one stream. No topic may match two patterns of a topology.
 */
export function topicPattern<K, V, const Nullable extends boolean = false>(
  pattern: RegExp,
  options: TopicOptions<K, V, Nullable>,
): TopicPattern<K, V, Nullable> {
  return Object.freeze({ pattern, ...settings(options) })
}

function settings<K, V, Nullable extends boolean>({
  key,
  value,
  timestamp,
  invalidTimestamp,
  offsetReset,
  nullable,
}: TopicOptions<K, V, Nullable>): Omit<Topic<K, V, Nullable>, 'name'> {
  return {
    key,
    value,
    ...(typeof timestamp === 'function' && { extractor: timestamp as TimestampExtractor }),
    ...(timestamp === 'wall-clock' && { extractor: timestamp }),
    ...(typeof timestamp === 'object' && { timestamp: timestamp.node }),
    ...(invalidTimestamp && { invalidTimestamp }),
    ...(offsetReset && { offsetReset: offsetResetOf(offsetReset, 'topic: offsetReset') }),
    nullable: (nullable ?? false) as Nullable,
  }
}
