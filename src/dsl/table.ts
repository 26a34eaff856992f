import { StreamsError } from '../core/errors.ts'
import type { Condition } from '../expr/expression.ts'
import type { Row } from '../expr/row.ts'
import { prefixes } from '../plan/naming.ts'
import type { Joiner, JoinKind, KeyValuePair, TableFilterNode, TableMapValuesNode } from '../plan/node.ts'
import type { StoreSpec } from '../plan/store-spec.ts'
import { type BuildContext, nodeName, requireSerde } from './context.ts'
import { KGroupedTable } from './grouped-table.ts'
import { type ForeignKeyJoinOptions, joinForeignKey } from './join-foreign-key.ts'
import { joinTables } from './join-tables.ts'
import type { GroupOptions, KeyOptions, NamedOptions, Synchronous } from './options.ts'
import { type Projected, type Projection, projectionNodes } from './projection.ts'
import type { KStream } from './stream.ts'
import { addSuppress } from './suppress.ts'
import type { Suppression } from './suppressed.ts'
import { addTableFilter } from './table-filter.ts'
import { addTableMapValues } from './table-map-values.ts'
import type { TableOptions } from './table-options.ts'
import type { TablePosition } from './table-position.ts'
import {
  addTableTransformValues,
  type TransformOptions,
  type ValueTransformerSupplier,
} from './table-transform-values.ts'

type OtherTable = Pick<KTable<unknown, unknown>, 'position'>

type Predicate<K, V> = Condition<never> | ((value: V, key: K) => boolean)

/**
 * The latest value per key; `Windowed<K>` keys if an aggregation over windows made it. Functions that compute values
 * do not see deletions, which stay what they are. A table is kept in a store if an aggregation made it, if its store
 * is given a name, or if something behind it must look values up; otherwise values are computed when they are needed,
 * so that functions must not depend on how often they are called.
 */
export class KTable<K, V> {
  readonly #context: BuildContext
  readonly #at: TablePosition
  /** Never set: it makes TypeScript tell other types of keys and values apart, which methods alone do not. */
  declare readonly types?: readonly [key: K, value: V]

  /** Tables come from `StreamsBuilder.table`, `KStream.toTable`, aggregations, and other tables. */
  constructor(context: BuildContext, at: TablePosition) {
    this.#context = context
    this.#at = at
  }

  /** Where the table stands in the graph under construction. */
  get position(): TablePosition {
    return this.#at
  }

  /** The store behind the table, for queries. @throws StreamsError `store-unknown` if the table has none. */
  get store(): StoreSpec {
    if (this.#at.store) return this.#at.store
    throw new StreamsError(
      'store-unknown',
      'the table has no store; give it one where it is made, with { store: { name: ... } }',
    )
  }

  /** The name that the store was given, under which Java's queries find it; undefined without one. */
  get queryableStoreName(): string | undefined {
    return this.#at.queryableStoreName
  }

  /** Keeps the values that match; a value that does no longer is deleted. */
  filter<V2 extends V>(
    predicate: (value: V, key: K) => value is V2,
    options?: TableOptions<K, V2>,
  ): KTable<K, V2>
  filter(condition: Condition<Row<V>>, options?: TableOptions<K, V>): KTable<K, V>
  filter(predicate: (value: V, key: K) => boolean, options?: TableOptions<K, V>): KTable<K, V>
  filter(test: Predicate<K, V>, options: object = {}): KTable<K, V> {
    return this.#filter(test, false, options)
  }

  /** Keeps the values that do not match. */
  filterNot(condition: Condition<Row<V>>, options?: TableOptions<K, V>): KTable<K, V>
  filterNot(predicate: (value: V, key: K) => boolean, options?: TableOptions<K, V>): KTable<K, V>
  filterNot(test: Predicate<K, V>, options: TableOptions<K, V> = {}): KTable<K, V> {
    return this.#filter(test, true, options)
  }

  /**
   * Makes a new value of each, by a function or by a projection such as `{ who: field('user') }`. What returns null
   * deletes. The value's serde is unknown afterwards, unless given.
   */
  mapValues<P extends Projection<V>>(
    projection: P,
    options?: TableOptions<K, Projected<V, P>>,
  ): KTable<K, Projected<V, P>>
  mapValues<V2>(
    map: (value: V, key: K) => V2,
    ...options: Synchronous<V2, [options?: TableOptions<K, NoInfer<V2>>]>
  ): KTable<K, NonNullable<V2>>
  mapValues<V2>(
    map: Projection<never> | ((value: V, key: K) => V2),
    options: object = {},
  ): KTable<K, NonNullable<V2>> {
    const by: Pick<TableMapValuesNode, 'expression' | 'lambda'> =
      typeof map === 'function'
        ? { lambda: map as NonNullable<TableMapValuesNode['lambda']> }
        : { expression: projectionNodes(map) }
    return this.#context.table(addTableMapValues(this.#context, this.#at, by, erased(options)))
  }

  /** As `mapValues`, by a transformer that may use stores, and that sees deletions too. */
  transformValues<V2>(
    transformer: ValueTransformerSupplier<K, V, V2>,
    ...[options = {}]: Synchronous<V2, [options?: TransformOptions<K, NoInfer<V2>>]>
  ): KTable<K, V2> {
    return this.#context.table(addTableTransformValues(this.#context, this.#at, transformer, erased(options)))
  }

  /** The updates of the table as a stream, with another key if a function says which; null says that a key was deleted. */
  toStream<K2>(
    select: (value: V | null, key: K) => K2,
    ...options: Synchronous<K2, [options?: KeyOptions<NoInfer<K2>>]>
  ): KStream<K2, V | null>
  toStream(options?: NamedOptions): KStream<K, V | null>
  toStream<K2>(
    select: NamedOptions | ((value: V | null, key: K) => K2) = {},
    options: KeyOptions<K2> = {},
  ): KStream<K2, V | null> {
    if (typeof select === 'object')
      return this.#toStream(select.name) as KStream<unknown, V | null> as KStream<K2, V | null>
    // As in Java, the name is that of the first of the two nodes.
    const { name, ...key } = options
    const checked = [key] as unknown as Synchronous<K2, [KeyOptions<NoInfer<K2>>]>
    return this.#toStream(name).selectKey<K2>(select, ...checked)
  }

  /**
   * Holds updates back, so that of several of a key only the last is emitted: `untilWindowCloses(...)`, for tables over
   * windows alone, or `untilTimeLimit('5m', ...)`.
   */
  suppress(suppression: Suppression<K>, options: NamedOptions = {}): KTable<K, V> {
    return this.#context.table(addSuppress(this.#context, this.#at, suppression, options))
  }

  /** Groups the rows by what a function makes of each: `[key of the group, value]`. Null for either leaves the row out. */
  groupBy<K2, V2>(
    select: (value: V, key: K) => readonly [key: K2, value: V2],
    ...[options = {}]: Synchronous<K2 | V2, [options?: GroupOptions<NoInfer<K2>, NoInfer<V2>>]>
  ): KGroupedTable<NonNullable<K2>, NonNullable<V2>> {
    const { name: given } = options
    const name = nodeName(this.#context, prefixes.tableSelect, 'groupBy', given)
    const hint = 'give it as groupBy(..., { key: ... })'
    const keySerde = requireSerde(this.#context, erased(options).key, 'key', 'groupBy', hint)
    const lambda = select as (value: unknown, key: unknown) => KeyValuePair
    const spec = { kind: 'table-group-by', name, lambda, keySerde, versioned: this.#at.versioned } as const
    const node = this.#context.graph.add({ kind: 'operator', node: spec }, [this.#at.node])
    // A row's old value must be taken out of its group.
    this.#at.sendOldValues(true)
    const valueSerde = erased(options).value
    return new KGroupedTable(this.#context, { node, keySerde, valueSerde, name: given })
  }

  /**
   * Joins the rows of two tables that have the same key, or, with `foreignKey`, each row of this one with that of the
   * other whose key its value names. Without a partner there is no result.
   */
  join<K2, V2, R>(
    other: KTable<K2, V2>,
    joiner: (left: V, right: V2, key: K) => R,
    options: ForeignKeyJoinOptions<K, V, NoInfer<K2>, NoInfer<R>>,
    ...synchronous: Synchronous<R, []>
  ): KTable<K, NonNullable<R>>
  join<V2, R>(
    other: KTable<K, V2>,
    joiner: (left: V, right: V2, key: K) => R,
    ...options: Synchronous<R, [options?: TableOptions<K, NoInfer<R>>]>
  ): KTable<K, NonNullable<R>>
  join<R>(other: OtherTable, joiner: unknown, ...[options]: unknown[]): KTable<K, NonNullable<R>> {
    return this.#join(other, 'inner', joiner, options as object | undefined)
  }

  /** As `join`; without a partner, the right value is null. */
  leftJoin<K2, V2, R>(
    other: KTable<K2, V2>,
    joiner: (left: V, right: V2 | null, key: K) => R,
    options: ForeignKeyJoinOptions<K, V, NoInfer<K2>, NoInfer<R>>,
    ...synchronous: Synchronous<R, []>
  ): KTable<K, NonNullable<R>>
  leftJoin<V2, R>(
    other: KTable<K, V2>,
    joiner: (left: V, right: V2 | null, key: K) => R,
    ...options: Synchronous<R, [options?: TableOptions<K, NoInfer<R>>]>
  ): KTable<K, NonNullable<R>>
  leftJoin<R>(other: OtherTable, joiner: unknown, ...[options]: unknown[]): KTable<K, NonNullable<R>> {
    return this.#join(other, 'left', joiner, options as object | undefined)
  }

  /** As `join` of tables of the same key; the value of a missing partner, on either side, is null. */
  outerJoin<V2, R>(
    other: KTable<K, V2>,
    joiner: (left: V | null, right: V2 | null, key: K) => R,
    ...[options = {}]: Synchronous<R, [options?: TableOptions<K, NoInfer<R>>]>
  ): KTable<K, NonNullable<R>> {
    return this.#join(other, 'outer', joiner, options)
  }

  #join<R>(other: OtherTable, kind: JoinKind, joiner: unknown, options: object = {}): KTable<K, R> {
    const { position: left } = this
    const { position: right } = other
    const at =
      'foreignKey' in options
        ? joinForeignKey(this.#context, left, right, kind === 'left', joiner as Joiner, options as never)
        : joinTables(this.#context, left, right, kind, joiner as Joiner, options as never)
    return this.#context.table(at)
  }

  #filter(test: Predicate<K, V>, not: boolean, options: object): KTable<K, V> {
    const by: Pick<TableFilterNode, 'expression' | 'lambda'> =
      typeof test === 'function'
        ? { lambda: test as NonNullable<TableFilterNode['lambda']> }
        : { expression: test.node }
    return this.#context.table(addTableFilter(this.#context, this.#at, { not, ...by }, erased(options)))
  }

  #toStream(given: string | undefined): KStream<K, V | null> {
    const { node: parent, keySerde, valueSerde } = this.#at
    const name = nodeName(this.#context, prefixes.toStream, 'toStream', given)
    const node = this.#context.graph.add({ kind: 'operator', node: { kind: 'to-stream', name } }, [parent])
    return this.#context.stream({ node, name, keySerde, valueSerde, keyChanged: false })
  }
}

/** The types of serdes matter to the user alone. */
function erased(options: object): TransformOptions<unknown, unknown> {
  return options
}
