import type { Condition, Expression, Field } from '../expr/expression.ts'
import type { ConditionNode, FieldNode, WindowKeyNode } from '../expr/node.ts'
import type { FieldType, Row } from '../expr/row.ts'
import { prefixes } from '../plan/naming.ts'
import type { FilterNode, MapValuesNode, SelectKeyNode } from '../plan/node.ts'
import { string } from '../serde/scalars.ts'
import type { Serde } from '../serde/serde.ts'
import { isTimeWindowed } from '../serde/windowed.ts'
import { type BuildContext, follow, nodeName, type StreamPosition } from './context.ts'
import { KGroupedStream } from './grouped.ts'
import { Grouping } from './grouping.ts'
import type { GroupOptions, KeyOptions, NamedOptions, Synchronous } from './options.ts'
import type { SinkTopic } from './topic.ts'

// How the plan sees lambdas; the overloads' types say what they get.
type Predicate = NonNullable<FilterNode['lambda']>
type Mapper = NonNullable<MapValuesNode['lambda']>

type Projection<V> = Readonly<
  Record<string, Expression<Row<V>, unknown> & { node: FieldNode | ConditionNode }>
>

/** The value that a projection makes: a condition becomes a boolean, a field keeps its type. */
export type Projected<V, P> = {
  [Member in keyof P]: P[Member] extends Field<infer F>
    ? FieldType<V, F>
    : P[Member] extends Condition<never>
      ? boolean
      : never
}

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

  /**
   * Makes a new value of each, by a function or by a projection such as `{ who: field('user') }`. A projection of
   * null is null, and leaves out members whose field is absent. The value's serde is unknown afterwards.
   */
  mapValues<P extends Projection<V>>(projection: P, options?: NamedOptions): KStream<K, Projected<V, P>>
  mapValues<V2>(
    map: (value: V, key: K) => V2,
    ...options: Synchronous<V2, [options?: NamedOptions]>
  ): KStream<K, V2>
  mapValues<V2>(
    map: Projection<never> | ((value: V, key: K) => V2),
    options: NamedOptions = {},
  ): KStream<K, V2> {
    const node: Omit<MapValuesNode, 'parents'> = {
      kind: 'map-values',
      name: nodeName(this.#context, prefixes.mapValues, 'mapValues', options.name),
      ...(typeof map === 'function' ? { lambda: map as Mapper } : { expression: projectionNodes(map) }),
    }
    return this.#then({ node, changesValue: true }, { valueSerde: undefined })
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
    const node: Omit<SelectKeyNode, 'parents'> = {
      kind: 'select-key',
      name: nodeName(this.#context, prefixes.selectKey, 'selectKey', options.name),
      ...(typeof select === 'function' ? { lambda: select as Mapper } : { expression: select.node }),
    }
    const keySerde = node.expression?.kind === 'window-key' ? string : options.key
    return this.#then({ node, changesKey: true }, { keySerde, keyChanged: true })
  }

  /**
   * Groups by the key, for an aggregation. Serdes need to be given only where a step before left them unknown, and
   * are used only if the records are repartitioned or stored.
   */
  groupByKey(options: GroupOptions<K, V> = {}): KGroupedStream<K, V> {
    return new KGroupedStream(this.#context, new Grouping(this.#context, this.#at, 'groupByKey', options))
  }

  /** Writes to a topic. Windowed keys are partitioned by their key alone, all others by murmur2 of their bytes, as in Java. */
  to(topic: SinkTopic<Exclude<K, null>, Exclude<V, null>>, options: NamedOptions = {}): void {
    const keySerde = topic.key as Serde<unknown>
    this.#then({
      node: {
        kind: 'sink',
        name: nodeName(this.#context, prefixes.sink, `to('${topic.name}')`, options.name),
        topic: topic.name,
        internal: false,
        keySerde,
        valueSerde: topic.value as Serde<unknown>,
        partitionBy: isTimeWindowed(keySerde) ? 'key' : 'output-key',
      },
    })
  }

  #filter(
    test: Condition<never> | ((value: V, key: K) => boolean),
    not: boolean,
    call: string,
    options: NamedOptions,
  ): KStream<K, V> {
    const name = nodeName(this.#context, prefixes.filter, call, options.name)
    const by = typeof test === 'function' ? { lambda: test as Predicate } : { expression: test.node }
    return this.#then({ node: { kind: 'filter', name, not, ...by } })
  }

  #then<K2, V2>(
    step: Parameters<typeof follow>[2],
    changes?: Partial<Omit<StreamPosition, 'node'>>,
  ): KStream<K2, V2> {
    return new KStream<K2, V2>(this.#context, follow(this.#context, this.#at, step, changes))
  }
}

function projectionNodes(projection: Projection<never>): Record<string, FieldNode | ConditionNode> {
  return Object.fromEntries(Object.entries(projection).map(([member, { node }]) => [member, node]))
}
