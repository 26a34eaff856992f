import { StreamsError } from '../core/errors.ts'
import type { Expression, Field } from '../expr/expression.ts'
import type { FieldType, Row } from '../expr/row.ts'
import type { Joiner, JoinKind } from '../plan/node.ts'
import type { BuildContext, StreamPosition } from './context.ts'
import { GlobalKTable } from './global-table.ts'
import { KGroupedStream } from './grouped.ts'
import { Grouping } from './grouping.ts'
import { type GlobalJoinOptions, joinGlobal } from './join-global.ts'
import { joinStreamTable, type StreamTableJoinOptions } from './join-stream-table.ts'
import { joinStreams, type StreamJoinOptions } from './join-streams.ts'
import type { GroupOptions, Synchronous } from './options.ts'
import {
  addProcess,
  type Emitted,
  type FixedKeyProcessorSupplier,
  type ProcessOptions,
  type ProcessorSupplier,
  type ProcessValuesOptions,
} from './process.ts'
import { addRepartition } from './repartition.ts'
import { addSelectKey, type KeyExpression } from './select-key.ts'
import { addSink, type TopicOf } from './sink.ts'
import { StatelessSteps } from './stateless-steps.ts'
import type { DynamicToOptions, RepartitionOptions, ToOptions, ToTableOptions } from './stream-options.ts'
import { KTable } from './table.ts'
import { toTable } from './to-table.ts'
import type { SinkTopic } from './topic.ts'

/**
 * A stream of records. Steps given as expressions can run in the kernel; functions run in JavaScript, one record at
 * a time, and must be synchronous. Keys and values of Kafka's null reach functions as null, whatever `K` and `V`
 * say, as in Java; declare a topic `nullable` to have null in the type of its values.
 */
export class KStream<K, V> extends StatelessSteps<K, V> {
  readonly #context: BuildContext

  /** Streams come from `StreamsBuilder.stream` and from other streams. */
  constructor(context: BuildContext, at: StreamPosition) {
    super(context, at)
    this.#context = context
  }

  /** Sends the records through a topic of their own, to the partition of their key. */
  repartition(options: RepartitionOptions<K, V> = {}): KStream<K, V> {
    return new KStream(this.#context, addRepartition(this.#context, this.position, options))
  }

  /** The latest value of each key as a table; null deletes. */
  toTable(options: ToTableOptions<K, V> = {}): KTable<K, NonNullable<V>> {
    return new KTable(this.#context, toTable(this.#context, this.position, options))
  }

  /**
   * Groups by the key, for an aggregation. Serdes need to be given only where a step before left them unknown, and
   * are used only if the records are repartitioned or stored.
   */
  groupByKey(options: GroupOptions<K, V> = {}): KGroupedStream<K, V> {
    return new KGroupedStream(
      this.#context,
      new Grouping(this.#context, this.position, 'groupByKey', options),
    )
  }

  /** Groups by another key, as `selectKey` and `groupByKey` do. */
  groupBy<F extends string>(
    key: Field<F> & Expression<Row<V>, unknown>,
    options?: GroupOptions<FieldType<V, F>, V>,
  ): KGroupedStream<NonNullable<FieldType<V, F>>, V>
  groupBy<K2>(
    select: (value: V, key: K) => K2,
    ...options: Synchronous<K2, [options?: GroupOptions<NoInfer<K2>, V>]>
  ): KGroupedStream<NonNullable<K2>, V>
  groupBy<K2>(
    select: KeyExpression | ((value: V, key: K) => K2),
    options: GroupOptions<unknown, unknown> = {},
  ): KGroupedStream<K2, V> {
    const { name } = options
    const named = name === undefined ? {} : { name }
    const at = addSelectKey(this.#context, this.position, 'groupBy', select, named)
    return new KGroupedStream(this.#context, new Grouping(this.#context, at, 'groupBy', options))
  }

  /**
   * Joins with another stream (records of one key whose times are `within` of each other), with a table (its value at
   * that moment), or with a global table (by any key that `keyOf` gives).
   */
  join<V2, V3>(
    other: KStream<K, V2>,
    joiner: (left: V, right: V2, key: K) => V3,
    ...options: Synchronous<V3, [options: StreamJoinOptions<K, V, V2>]>
  ): KStream<K, V3>
  join<V2, V3>(
    other: KTable<K, V2>,
    joiner: (left: V, right: V2, key: K) => V3,
    ...options: Synchronous<V3, [options?: StreamTableJoinOptions<K, V>]>
  ): KStream<K, V3>
  join<K2, V2, V3>(
    other: GlobalKTable<K2, V2>,
    joiner: (left: V, right: V2, key: K) => V3,
    ...options: Synchronous<V3, [options: GlobalJoinOptions<K, V, NoInfer<K2>>]>
  ): KStream<K, V3>
  join<V3>(
    other: object,
    joiner: (left: V, right: never, key: never) => V3,
    options?: object,
  ): KStream<K, V3> {
    return this.#join(other, joiner as Joiner, 'inner', options)
  }

  /** As `join`, and records that meet nobody are there too, with null for the right side. */
  leftJoin<V2, V3>(
    other: KStream<K, V2>,
    joiner: (left: V, right: V2 | null, key: K) => V3,
    ...options: Synchronous<V3, [options: StreamJoinOptions<K, V, V2>]>
  ): KStream<K, V3>
  leftJoin<V2, V3>(
    other: KTable<K, V2>,
    joiner: (left: V, right: V2 | null, key: K) => V3,
    ...options: Synchronous<V3, [options?: StreamTableJoinOptions<K, V>]>
  ): KStream<K, V3>
  leftJoin<K2, V2, V3>(
    other: GlobalKTable<K2, V2>,
    joiner: (left: V, right: V2 | null, key: K) => V3,
    ...options: Synchronous<V3, [options: GlobalJoinOptions<K, V, NoInfer<K2>>]>
  ): KStream<K, V3>
  leftJoin<V3>(
    other: object,
    joiner: (left: V, right: never, key: never) => V3,
    options?: object,
  ): KStream<K, V3> {
    return this.#join(other, joiner as Joiner, 'left', options)
  }

  /** As `join` of two streams, and records of either side that meet nobody are there too. */
  outerJoin<V2, V3>(
    other: KStream<K, V2>,
    joiner: (left: V | null, right: V2 | null, key: K) => V3,
    ...options: Synchronous<V3, [options: StreamJoinOptions<K, V, V2>]>
  ): KStream<K, V3>
  outerJoin<V2, V3>(
    other: KStream<K, V2>,
    joiner: (left: V | null, right: V2 | null, key: K) => V3,
    options?: object,
  ): KStream<K, V3> {
    return this.#join(other, joiner as Joiner, 'outer', options)
  }

  /**
   * Processes each record by the Processor API, with state stores, punctuations and any output. The types of what it
   * returns are found out; of what it forwards they are those that its context is declared with, or
   * `process<K2, V2>(...)` says.
   */
  process<K2, V2, KF = K2, VF = V2>(
    processor: ProcessorSupplier<K, V, K2, V2, KF, VF>,
    ...[options = {}]: Synchronous<
      K2 | V2,
      [options?: ProcessOptions<Emitted<NoInfer<K2>, NoInfer<KF>>, Emitted<NoInfer<V2>, NoInfer<VF>>>]
    >
  ): KStream<Emitted<K2, KF>, Emitted<V2, VF>> {
    return new KStream(this.#context, addProcess(this.#context, this.position, processor, options, false))
  }

  /** As `process`, by a processor that keeps the keys: nothing is repartitioned behind it. */
  processValues<V2, VF = V2>(
    processor: FixedKeyProcessorSupplier<K, V, V2, VF>,
    ...[options = {}]: Synchronous<V2, [options?: ProcessValuesOptions<Emitted<NoInfer<V2>, NoInfer<VF>>>]>
  ): KStream<K, Emitted<V2, VF>> {
    return new KStream(this.#context, addProcess(this.#context, this.position, processor, options, true))
  }

  /**
   * Writes to a topic, or to the topic that a function names for each record, which must exist. Windowed keys are
   * partitioned by their key alone, all others by murmur2 of their bytes, as in Java.
   */
  to(topic: SinkTopic<Exclude<K, null>, Exclude<V, null>>, options?: ToOptions<K, V>): void
  to(topicOf: TopicOf<K, V>, options?: DynamicToOptions<K, V>): void
  to(topic: SinkTopic<never, never> | TopicOf<K, V>, options: DynamicToOptions<K, V> = {}): void {
    addSink(this.#context, this.position, topic, options)
  }

  #join<V3>(other: object, joiner: Joiner, kind: JoinKind, options: object = {}): KStream<K, V3> {
    return new KStream<K, V3>(this.#context, this.#joined(other, joiner, kind, options))
  }

  #joined(other: object, joiner: Joiner, kind: JoinKind, options: object): StreamPosition {
    if (other instanceof KStream)
      return joinStreams(
        this.#context,
        this.position,
        other.position,
        kind,
        joiner,
        options as StreamJoinOptions<unknown, unknown, unknown>,
      )
    const left = kind === 'left'
    if (other instanceof KTable)
      return joinStreamTable(this.#context, this.position, other.position, left, joiner, options)
    if (other instanceof GlobalKTable)
      return joinGlobal(
        this.#context,
        this.position,
        other.position,
        left,
        joiner,
        options as GlobalJoinOptions<unknown, unknown, unknown>,
      )
    throw new StreamsError('topology-invalid', `${kind} join: the other side is no stream and no table`)
  }
}
