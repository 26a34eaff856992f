import type { Condition, Expression, Field } from '../expr/expression.ts'
import type { WindowKeyNode } from '../expr/node.ts'
import type { FieldType, Row } from '../expr/row.ts'
import { prefixes } from '../plan/naming.ts'
import type { FilterNode, MapValuesNode } from '../plan/node.ts'
import { BranchedKStream } from './branched.ts'
import { type BuildContext, follow, nodeName, type StreamPosition } from './context.ts'
import type { KeyOptions, NamedOptions, PairOptions, Synchronous, ValueOptions } from './options.ts'
import { printed } from './printed.ts'
import { type Projected, type Projection, projectionNodes } from './projection.ts'
import { addSelectKey, type KeyExpression } from './select-key.ts'
import type { KStream } from './stream.ts'
import type { PrintOptions } from './stream-options.ts'

// How the plan sees lambdas; the overloads' types say what they get.
type Predicate = NonNullable<FilterNode['lambda']>
type Mapper = NonNullable<MapValuesNode['lambda']>

/** The steps of a KStream that need one record at a time and nothing else: stateless transformations, in Kafka's words. */
export class StatelessSteps<K, V> {
  readonly #context: BuildContext
  readonly #at: StreamPosition
  /** Never set: it makes TypeScript tell other types of keys and values apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, value: V]

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
    ...[options = {}]: Synchronous<K2 | V2, [options?: PairOptions<NoInfer<K2>, NoInfer<V2>>]>
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
    ...[options = {}]: Synchronous<K2 | V2, [options?: PairOptions<NoInfer<K2>, NoInfer<V2>>]>
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
    ...[options = {}]: Synchronous<V2, [options?: ValueOptions<NoInfer<V2>>]>
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
    select: KeyExpression | ((value: V, key: K) => K2),
    options: KeyOptions<unknown> = {},
  ): KStream<K2, V> {
    return this.#context.stream(addSelectKey(this.#context, this.#at, 'selectKey', select, options))
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
    const { label = this.#at.name, format = (value, key) => `${printed(key)}, ${printed(value)}` } = options
    const write = options.write ?? ((line: string) => void process.stdout.write(`${line}\n`))
    const name = this.#name(prefixes.print, 'print', options)
    const lambda = (value: unknown, key: unknown): void => {
      write(`[${label}]: ${format(value as V, key as K)}`)
    }
    this.#then({ node: { kind: 'peek', name, lambda, forward: false } })
  }

  /** Both streams as one; in no order between them. Their serdes are unknown afterwards. */
  merge<K2, V2>(other: KStream<K2, V2>, options: NamedOptions = {}): KStream<K | K2, V | V2> {
    const name = this.#name(prefixes.merge, 'merge', options)
    const node = this.#context.graph.add(
      { kind: 'operator', node: { kind: 'pass-through', name }, merges: true },
      [this.#at.node, other.position.node],
    )
    return this.#context.stream({
      node,
      name,
      keySerde: undefined,
      valueSerde: undefined,
      keyChanged: this.#at.keyChanged || other.position.keyChanged,
    })
  }

  /**
   * Divides the stream: `split({ name }).branch(...).branch(...).defaultBranch()`. With a name, the types know which
   * branches there are, and what each holds.
   */
  split<const Name extends string = string>(
    options: { readonly name?: Name } = {},
  ): BranchedKStream<K, V, Name> {
    return new BranchedKStream(this.#context, this.#at, options)
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

  #then<K2, V2>(step: Parameters<typeof follow>[2], changes?: Parameters<typeof follow>[3]): KStream<K2, V2> {
    return this.#context.stream(follow(this.#context, this.#at, step, changes))
  }
}
