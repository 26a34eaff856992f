import { StreamsError } from '../core/errors.ts'
import type { RecordMetadata, StreamRecord } from '../core/record.ts'
import type { Condition, Expression, Field } from '../expr/expression.ts'
import type { FieldNode, WindowKeyNode } from '../expr/node.ts'
import type { FieldType, Row } from '../expr/row.ts'
import { checkName, prefixes } from '../plan/naming.ts'
import type { FilterNode, Joiner, MapValuesNode, Partitioner, SelectKeyNode, SinkNode } from '../plan/node.ts'
import { string } from '../serde/scalars.ts'
import type { Serde } from '../serde/serde.ts'
import { isWindowed } from '../serde/windowed.ts'
import { BranchedKStream } from './branched.ts'
import { type BuildContext, follow, nodeName, requireSerde, type StreamPosition } from './context.ts'
import { GlobalKTable } from './global-table.ts'
import { KGroupedStream } from './grouped.ts'
import { Grouping } from './grouping.ts'
import { type GlobalJoinOptions, joinGlobal } from './join-global.ts'
import { joinStreamTable, type StreamTableJoinOptions } from './join-stream-table.ts'
import { joinStreams, type StreamJoinOptions } from './join-streams.ts'
import type {
  GroupOptions,
  KeyOptions,
  NamedOptions,
  PairOptions,
  Synchronous,
  ValueOptions,
} from './options.ts'
import {
  addProcess,
  type FixedKeyProcessorSupplier,
  type ProcessOptions,
  type ProcessorSupplier,
  type ProcessValuesOptions,
} from './process.ts'
import { type Projected, type Projection, projectionNodes } from './projection.ts'
import { repartition } from './repartition.ts'
import type {
  DynamicToOptions,
  PrintOptions,
  RepartitionOptions,
  ToOptions,
  ToTableOptions,
} from './stream-options.ts'
import { KTable } from './table.ts'
import { toTable } from './to-table.ts'
import type { SinkTopic } from './topic.ts'

// How the plan sees lambdas; the overloads' types say what they get.
type Predicate = NonNullable<FilterNode['lambda']>
type Mapper = NonNullable<MapValuesNode['lambda']>

/**
 * A stream of records. Steps given as expressions can run in the kernel; functions run in JavaScript, one record at
 * a time, and must be synchronous. Keys and values of Kafka's null reach functions as null, whatever `K` and `V`
 * say, as in Java; declare a topic `nullable` to have null in the type of its values.
 */
export class KStream<K, V> {
  readonly #context: BuildContext
  readonly #at: StreamPosition
  /** Never set: it makes TypeScript tell other types of keys and values apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, value: V]

  /** Streams come from `StreamsBuilder.stream` and from other streams. */
  constructor(context: BuildContext, at: StreamPosition) {
    this.#context = context
    this.#at = at
  }

  /** Where the stream stands in the graph under construction. */
  get position(): StreamPosition {
    return this.#at
  }

  /** Keeps the records that match. */
  filter<V2 extends V>(predicate: (value: V, key: K) => value is V2, options?: NamedOptions): KStream<K, V2>
  filter(condition: Condition<Row<V>>, options?: NamedOptions): KStream<K, V>
  filter(predicate: (value: V, key: K) => boolean, options?: NamedOptions): KStream<K, V>
  filter(
    test: Condition<never> | ((value: V, key: K) => boolean),
    options: NamedOptions = {},
  ): KStream<K, V> {
    return this.#filter(test, false, 'filter', options)
  }

  /** Keeps the records that do not match. */
  filterNot(condition: Condition<Row<V>>, options?: NamedOptions): KStream<K, V>
  filterNot(predicate: (value: V, key: K) => boolean, options?: NamedOptions): KStream<K, V>
  filterNot(
    test: Condition<never> | ((value: V, key: K) => boolean),
    options: NamedOptions = {},
  ): KStream<K, V> {
    return this.#filter(test, true, 'filterNot', options)
  }

  /** Makes a new record of each; `[key, value]`. The serdes are unknown afterwards, unless given. */
  map<K2, V2>(
    map: (value: V, key: K) => readonly [key: K2, value: V2],
    options: PairOptions<NoInfer<K2>, NoInfer<V2>> = {},
  ): KStream<K2, V2> {
    const name = this.#name(prefixes.map, 'map', options)
    return this.#then(
      { node: { kind: 'map', name, lambda: map as never }, changesKey: true },
      { keySerde: options.key, valueSerde: options.value, keyChanged: true },
    )
  }

  /**
   * Makes a new value of each, by a function or by a projection such as `{ who: field('user') }`. A projection of
   * null is null, and leaves out members whose field is absent. The value's serde is unknown afterwards, unless given.
   */
  mapValues<P extends Projection<V>>(
    projection: P,
    options?: ValueOptions<Projected<V, P>>,
  ): KStream<K, Projected<V, P>>
  mapValues<V2>(
    map: (value: V, key: K) => V2,
    ...options: Synchronous<V2, [options?: ValueOptions<NoInfer<V2>>]>
  ): KStream<K, V2>
  mapValues<V2>(
    map: Projection<never> | ((value: V, key: K) => V2),
    options: ValueOptions<unknown> = {},
  ): KStream<K, V2> {
    const node: Omit<MapValuesNode, 'parents'> = {
      kind: 'map-values',
      name: this.#name(prefixes.mapValues, 'mapValues', options),
      ...(typeof map === 'function' ? { lambda: map as Mapper } : { expression: projectionNodes(map) }),
    }
    return this.#then({ node, changesValue: true }, { valueSerde: options.value })
  }

  /** Makes any number of records of each; an iterable of `[key, value]`. */
  flatMap<K2, V2>(
    map: (value: V, key: K) => Iterable<readonly [key: K2, value: V2]>,
    options: PairOptions<NoInfer<K2>, NoInfer<V2>> = {},
  ): KStream<K2, V2> {
    const name = this.#name(prefixes.flatMap, 'flatMap', options)
    return this.#then(
      { node: { kind: 'flat-map', name, lambda: map as never }, changesKey: true },
      { keySerde: options.key, valueSerde: options.value, keyChanged: true },
    )
  }

  /** Makes any number of values of each. */
  flatMapValues<V2>(
    map: (value: V, key: K) => Iterable<V2>,
    options: ValueOptions<NoInfer<V2>> = {},
  ): KStream<K, V2> {
    const name = this.#name(prefixes.flatMapValues, 'flatMapValues', options)
    return this.#then(
      { node: { kind: 'flat-map-values', name, lambda: map as never }, changesValue: true },
      { valueSerde: options.value },
    )
  }

  /**
   * Gives each record a new key: a field of the value, a text made of a windowed key (`windowKey`), or what a
   * function returns. A stateful step behind it sends the records through a repartition topic; it needs the new
   * key's serde, which `{ key }` gives.
   */
  selectKey(
    key: Expression<K, string> & { readonly node: WindowKeyNode },
    options?: NamedOptions,
  ): KStream<string, V>
  selectKey<F extends string>(
    key: Field<F> & Expression<Row<V>, unknown>,
    options?: KeyOptions<FieldType<V, F>>,
  ): KStream<NonNullable<FieldType<V, F>>, V>
  selectKey<K2>(
    select: (value: V, key: K) => K2,
    ...options: Synchronous<K2, [options?: KeyOptions<NoInfer<K2>>]>
  ): KStream<K2, V>
  selectKey<K2>(
    select: { readonly node: WindowKeyNode | FieldNode } | ((value: V, key: K) => K2),
    options: KeyOptions<unknown> = {},
  ): KStream<K2, V> {
    return new KStream<K2, V>(this.#context, this.#selectKey(select, 'selectKey', options))
  }

  /** Calls a function with each record, which goes on as it is. */
  peek<R>(
    look: (value: V, key: K) => R,
    ...options: Synchronous<R, [options?: NamedOptions]>
  ): KStream<K, V> {
    const name = this.#name(prefixes.peek, 'peek', options[0] ?? {})
    return this.#then({ node: { kind: 'peek', name, lambda: look as never, forward: true } })
  }

  /** Calls a function with each record, and ends the stream. */
  foreach<R>(take: (value: V, key: K) => R, ...options: Synchronous<R, [options?: NamedOptions]>): void {
    const name = this.#name(prefixes.foreach, 'foreach', options[0] ?? {})
    this.#then({ node: { kind: 'peek', name, lambda: take as never, forward: false } })
  }

  /** Writes a line for each record: `[label]: key, value`. */
  print(options: PrintOptions<K, V> = {}): void {
    const { label = this.#at.name, format = (key, value) => `${key}, ${value}` } = options
    const write = options.write ?? ((line: string) => void process.stdout.write(`${line}\n`))
    const name = this.#name(prefixes.print, 'print', options)
    const lambda = (value: unknown, key: unknown): void =>
      write(`[${label}]: ${format(key as K, value as V)}`)
    this.#then({ node: { kind: 'peek', name, lambda, forward: false } })
  }

  /** Both streams as one; in no order between them. Their serdes are unknown afterwards. */
  merge<K2, V2>(other: KStream<K2, V2>, options: NamedOptions = {}): KStream<K | K2, V | V2> {
    const name = this.#name(prefixes.merge, 'merge', options)
    const node = this.#context.graph.add(
      { kind: 'operator', node: { kind: 'pass-through', name }, merges: true },
      [this.#at.node, other.#at.node],
    )
    return new KStream(this.#context, {
      node,
      name,
      keySerde: undefined,
      valueSerde: undefined,
      keyChanged: this.#at.keyChanged || other.#at.keyChanged,
    })
  }

  /** Divides the stream: `split().branch(...).branch(...).defaultBranch()`. */
  split(options: NamedOptions = {}): BranchedKStream<K, V> {
    return new BranchedKStream(this.#context, this.#at, options)
  }

  /** Sends the records through a topic of their own, to the partition of their key. */
  repartition(options: RepartitionOptions<K, V> = {}): KStream<K, V> {
    const { name: given, partitions, partitioner } = options
    const name =
      given === undefined
        ? this.#context.naming.node(prefixes.repartition)
        : checkName(given, 'repartition: name')
    const explicit = {
      ...(partitions !== undefined && { partitions: positive(partitions) }),
      ...(partitioner && { partitioner: partitioner as Partitioner }),
    }
    const serde = (part: 'key' | 'value', serde: Serde<unknown> | undefined): Serde<unknown> =>
      requireSerde(this.#context, serde, part, 'repartition', `give it as repartition({ ${part}: ... })`)
    const keySerde = serde('key', options.key ?? this.#at.keySerde)
    const valueSerde = serde('value', options.value ?? this.#at.valueSerde)
    return new KStream(
      this.#context,
      repartition(this.#context, this.#at, { name, keySerde, valueSerde, explicit }),
    )
  }

  /** The latest value of each key as a table; null deletes. */
  toTable(options: ToTableOptions<K, V> = {}): KTable<K, NonNullable<V>> {
    return new KTable(this.#context, toTable(this.#context, this.#at, options))
  }

  /**
   * Groups by the key, for an aggregation. Serdes need to be given only where a step before left them unknown, and
   * are used only if the records are repartitioned or stored.
   */
  groupByKey(options: GroupOptions<K, V> = {}): KGroupedStream<K, V> {
    return new KGroupedStream(this.#context, new Grouping(this.#context, this.#at, 'groupByKey', options))
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
    select: { readonly node: FieldNode } | ((value: V, key: K) => K2),
    options: GroupOptions<unknown, unknown> = {},
  ): KGroupedStream<K2, V> {
    const { name } = options
    const at = this.#selectKey(select, 'groupBy', name === undefined ? {} : { name })
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
    ...options: Synchronous<V3, [options: GlobalJoinOptions<K, V, K2>]>
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
    ...options: Synchronous<V3, [options: GlobalJoinOptions<K, V, K2>]>
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

  /** Processes each record by the Processor API, with state stores, punctuations and any output. */
  process<K2, V2>(
    processor: ProcessorSupplier<K, V, K2, V2>,
    options: ProcessOptions<NoInfer<K2>, NoInfer<V2>> = {},
  ): KStream<K2, V2> {
    return new KStream(this.#context, addProcess(this.#context, this.#at, processor, options, false))
  }

  /** As `process`, by a processor that keeps the keys: nothing is repartitioned behind it. */
  processValues<V2>(
    processor: FixedKeyProcessorSupplier<K, V, V2>,
    options: ProcessValuesOptions<NoInfer<V2>> = {},
  ): KStream<K, V2> {
    return new KStream(this.#context, addProcess(this.#context, this.#at, processor, options, true))
  }

  /**
   * Writes to a topic, or to the topic that a function names for each record, which must exist. Windowed keys are
   * partitioned by their key alone, all others by murmur2 of their bytes, as in Java.
   */
  to(topic: SinkTopic<Exclude<K, null>, Exclude<V, null>>, options?: ToOptions<K, V>): void
  to(
    topicOf: (record: StreamRecord<K, V>, metadata: RecordMetadata | undefined) => string,
    options?: DynamicToOptions<K, V>,
  ): void
  to(
    topic:
      | SinkTopic<never, never>
      | ((record: StreamRecord<K, V>, metadata: RecordMetadata | undefined) => string),
    options: DynamicToOptions<K, V> = {},
  ): void {
    const call = typeof topic === 'function' ? 'to' : `to('${topic.name}')`
    const serde = (part: 'key' | 'value', given: unknown, before: Serde<unknown> | undefined) =>
      requireSerde(
        this.#context,
        (given as Serde<unknown> | undefined) ?? before,
        part,
        call,
        `give it in the topic token, or as { ${part}: ... }`,
      )
    const ofTopic = typeof topic === 'function' ? undefined : topic
    const keySerde = serde('key', options.key ?? ofTopic?.key, this.#at.keySerde)
    const { partitioner } = options
    const node: Omit<SinkNode, 'parents'> = {
      kind: 'sink',
      name: this.#name(prefixes.sink, call, options),
      topic: ofTopic?.name ?? '',
      ...(typeof topic === 'function' && { topicOf: topic as NonNullable<SinkNode['topicOf']> }),
      internal: false,
      keySerde,
      valueSerde: serde('value', options.value ?? ofTopic?.value, this.#at.valueSerde),
      partitionBy: isWindowed(keySerde) ? 'key' : 'output-key',
      ...(partitioner && { partitioner: partitioner as Partitioner }),
    }
    this.#then({ node })
  }

  #join<V3>(
    other: object,
    joiner: Joiner,
    kind: 'inner' | 'left' | 'outer',
    options: object = {},
  ): KStream<K, V3> {
    return new KStream<K, V3>(this.#context, this.#joined(other, joiner, kind, options))
  }

  #joined(other: object, joiner: Joiner, kind: 'inner' | 'left' | 'outer', options: object): StreamPosition {
    if (other instanceof KStream)
      return joinStreams(
        this.#context,
        this.#at,
        other.#at,
        kind,
        joiner,
        options as StreamJoinOptions<unknown, unknown, unknown>,
      )
    const left = kind === 'left'
    if (other instanceof KTable)
      return joinStreamTable(this.#context, this.#at, other.position, left, joiner, options)
    if (other instanceof GlobalKTable)
      return joinGlobal(
        this.#context,
        this.#at,
        other.position,
        left,
        joiner,
        options as GlobalJoinOptions<unknown, unknown, unknown>,
      )
    throw new StreamsError('topology-invalid', `${kind} join: the other side is no stream and no table`)
  }

  #selectKey(
    select: { readonly node: WindowKeyNode | FieldNode } | ((value: V, key: K) => unknown),
    call: string,
    options: KeyOptions<unknown>,
  ): StreamPosition {
    const node: Omit<SelectKeyNode, 'parents'> = {
      kind: 'select-key',
      name: this.#name(prefixes.selectKey, call, options),
      ...(typeof select === 'function' ? { lambda: select as Mapper } : { expression: select.node }),
    }
    const keySerde = node.expression?.kind === 'window-key' ? string : options.key
    return follow(this.#context, this.#at, { node, changesKey: true }, { keySerde, keyChanged: true })
  }

  #filter(
    test: Condition<never> | ((value: V, key: K) => boolean),
    not: boolean,
    call: string,
    options: NamedOptions,
  ): KStream<K, V> {
    const name = this.#name(prefixes.filter, call, options)
    const by = typeof test === 'function' ? { lambda: test as Predicate } : { expression: test.node }
    return this.#then({ node: { kind: 'filter', name, not, ...by } })
  }

  #name(prefix: string, call: string, options: NamedOptions): string {
    return nodeName(this.#context, prefix, call, options.name)
  }

  #then<K2, V2>(
    step: Parameters<typeof follow>[2],
    changes?: Partial<Omit<StreamPosition, 'node'>>,
  ): KStream<K2, V2> {
    return new KStream<K2, V2>(this.#context, follow(this.#context, this.#at, step, changes))
  }
}

function positive(partitions: number): number {
  if (Number.isInteger(partitions) && partitions > 0) return partitions
  throw new StreamsError('topology-invalid', `repartition: partitions must be 1 or more, not ${partitions}`)
}
